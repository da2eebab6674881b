"""The finding for a reference to a document that is not there."""

from difflib import get_close_matches
from typing import Any

from mlplatform.check.document_index import DocumentIndex
from mlplatform.core.document import Document, KeyPath
from mlplatform.core.finding import Finding, error
from mlplatform.core.naming import Kind, path_of

_MOST_NAMES = 2000  # beyond it the search for a near one takes longer than it helps


def broken_reference(
    index: DocumentIndex, document: Document[Any], at: KeyPath, kind: Kind, name: str
) -> Finding:
    """The finding at the place of the reference, with the name that may have been meant."""
    names = list(index.names(kind))
    near = get_close_matches(name, names, 1) if len(names) <= _MOST_NAMES else []
    fix = f"did you mean {near[0]}?" if near else f"add {path_of(kind, name)}, or correct the name"
    message = f"there is no {kind.entry.words} {name}"
    return error(f"link-{kind.value}", document.path, message, fix=fix, at=document.position(at))
