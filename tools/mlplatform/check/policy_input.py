"""Build the `input` of a package: what it judges, joined with what that refers to, as JSON."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from mlplatform.check.cross_document_facts import CrossDocumentFacts
from mlplatform.core.document import RawDocument
from mlplatform.core.naming import Identity, Kind, parent_kinds, path_of
from mlplatform.core.rule import RuleScope
from mlplatform.providers.policy.metadata import Subject

Find = Callable[[Kind, str], RawDocument | None]

_ALWAYS = frozenset({"document", "platform"})
_KINDS: Mapping[str, Kind] = {kind.value: kind for kind in Kind}
_GATHERED = frozenset({"deployments", "duplicates"})
_OF_MODE: Mapping[RuleScope, frozenset[str]] = {
    "state": frozenset(),
    "change": frozenset({"change", "base"}),
    "review": frozenset({"change", "base", "review"}),
}
_encode = json.JSONEncoder(ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode


def readable(subject: Subject, asks: RuleScope) -> frozenset[str]:
    """Return the parts that a package may read of what it judges."""
    if subject == "path":
        return frozenset().union(*(_joined(kind) for kind in Kind)) | _OF_MODE[asks]
    of_state = subject.entry.state_parts if asks == "state" else frozenset()
    return _joined(subject) | of_state | _OF_MODE[asks]


def _joined(kind: Kind) -> frozenset[str]:
    """Return the parts that hold a document, and what it refers to by its path and its keys."""
    parents = parent_kinds(kind)
    keys = {
        reference.part for named in (kind, *parents) for reference in named.entry.refers_to if reference.part
    }
    return _ALWAYS | {parent.value for parent in parents} | keys


class PolicyInputBuilder:
    """Joins the documents that `find` finds; what many of them share is written once."""

    def __init__(self, find: Find, gathered: CrossDocumentFacts | None = None) -> None:
        self._find = find
        self._gathered = gathered or CrossDocumentFacts()
        self._texts: dict[tuple[Kind, str], str] = {}
        self._named: dict[tuple[Kind, str], str] = {}

    def build(
        self,
        subject: Subject,
        name: str,
        identity: Identity,
        reads: Sequence[str],
        given: Mapping[str, str],
        *,
        partly: bool = False,
    ) -> str | None:
        """The input for a package that reads these parts; None when one of them is not there.

        `given` holds parts that are no documents (`change`, `base`, `review`) as JSON. `partly` leaves out what is
        not there instead: for a document that is gone, as its neighbours may be, and for a file that is none.
        """
        pieces = [f'"kind":"{subject}","name":{_encode(name)}']
        for part in reads:
            text = given[part] if part in given else self._part(part, identity)
            if text is not None:
                pieces.append(f'"{part}":{text}')
            elif not partly:
                return None
        return f"{{{','.join(pieces)}}}"

    def parts(self, identity: Identity, reads: Iterable[str]) -> str:
        """Those of these parts that are there, as one JSON object."""
        texts = ((part, self._part(part, identity)) for part in reads)
        return f"{{{','.join(f'{_encode(part)}:{text}' for part, text in texts if text is not None)}}}"

    def _part(self, part: str, identity: Identity) -> str | None:
        if part in _GATHERED and path_of(identity.kind, identity.name) in self._gathered.partial:
            return None
        match part:
            case "document":
                return self._text(identity.kind, identity.name)
            case "platform":
                return self._text(Kind.PLATFORM, "platform")
            case "deployments":
                return _encode(self._gathered.deployments.get(identity.name, {}))
            case "duplicates":
                return self._duplicates(identity)
            case "table":
                return self._table(identity)
        if kind := _KINDS.get(part):
            return self._with_name(kind, identity.name_of(kind))
        return self._referred(part, identity)

    def _text(self, kind: Kind, name: str) -> str | None:
        key = (kind, name)
        if key not in self._texts:
            raw = self._find(kind, name) if name else None
            if raw is None:
                return None
            self._texts[key] = _encode(raw.data)
        return self._texts[key]

    def _with_name(self, kind: Kind, name: str | None) -> str | None:
        """A document with its `name` among its keys: documents never say it themselves."""
        key = (kind, name or "")
        if key not in self._named:
            text = self._text(*key)
            if text is None:
                return None
            self._named[key] = f'{{"name":"{name}",{text[1:]}'
        return self._named[key]

    def _referred(self, part: str, identity: Identity) -> str | None:
        """The documents that a document, or one that its path names, refers to under the name of a part.

        Where the part is of the document's own kind, it holds the document itself.
        """
        for kind, name in ((identity.kind, identity.name), *identity.parents()):
            references = [reference for reference in kind.entry.refers_to if reference.part == part]
            if not references:
                continue
            raw = self._find(kind, name)
            names = [name for reference in references for _, name in reference.names(raw.data)] if raw else []
            return self._named_all(Kind(references[0].kind), list(dict.fromkeys(names))) if raw else None
        own = {
            reference.kind for kind in Kind for reference in kind.entry.refers_to if reference.part == part
        }
        return self._named_all(identity.kind, (identity.name,)) if identity.kind in own else None

    def _named_all(self, kind: Kind, names: Sequence[str]) -> str | None:
        texts = [(name, self._with_name(kind, name)) for name in names]
        if any(text is None for _, text in texts):
            return None
        return f"{{{','.join(f'{_encode(name)}:{text}' for name, text in texts)}}}"

    def _duplicates(self, identity: Identity) -> str | None:
        """The other data sets that are the same data, those that only share rows with the share in percent."""
        shares = self._gathered.shared_rows.get(identity.name, {})
        texts = []
        for name in self._gathered.duplicates.get(identity.name, ()):
            text = self._with_name(identity.kind, name)
            if text is None:
                return None
            share = f'"sharedRows":{shares[name]},' if name in shares else ""
            texts.append(f"{_encode(name)}:{{{share}{text[1:]}")
        return f"{{{','.join(texts)}}}"

    def _table(self, identity: Identity) -> str | None:
        raw = self._find(identity.kind, identity.name)
        location = raw.data.get("location") if raw else None
        if not isinstance(location, str) or "://" in location:
            return '{"here":false}'
        table = self._gathered.tables.get(location)
        if table is None:
            return None  # the file's own finding says why
        return _encode(
            {
                "here": True,
                "rows": table.rows,
                "columns": table.columns,
                "found": table.personal_data,
                "suspected": table.suspected,
            }
        )


def write(value: Any) -> str:
    """Return a part that is no document as JSON."""
    return _encode(value)
