"""The finding for a reference to a document that is not there."""

from difflib import get_close_matches
from typing import Any

from mlplatform.check.document_index import DocumentIndex
from mlplatform.core.document import Document, KeyPath
from mlplatform.core.finding import Finding, error
from mlplatform.core.naming import Kind, path_of

_WORDS = {
    Kind.TENANT: "tenant",
    Kind.DATASET: "data set",
    Kind.MODEL: "model",
    Kind.ENVIRONMENT: "environment",
}
_MOST_NAMES = 2000  # beyond it the search for a near one takes longer than it helps


def broken_reference(
    known: DocumentIndex, document: Document[Any], at: KeyPath, kind: Kind, name: str
) -> Finding:
    """The finding at the place of the reference, with the name that may have been meant."""
    names = list(known.names(kind))
    near = get_close_matches(name, names, 1) if len(names) <= _MOST_NAMES else []
    fix = f"did you mean {near[0]}?" if near else f"add {path_of(kind, name)}, or correct the name"
    said = f"there is no {_WORDS[kind]} {name}"
    return error(f"link-{kind.value}", document.path, said, fix=fix, at=document.position(at))
