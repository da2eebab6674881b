"""What a package sees as `input`: one thing to judge, with what it refers to already joined, as JSON."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mlplatform.core.document import RawDocument
from mlplatform.core.naming import Identity, Kind, path_of
from mlplatform.core.rule import RuleScope
from mlplatform.core.table import Table
from mlplatform.providers.policy.metadata import Subject

Find = Callable[[Kind, str], RawDocument | None]

# The parts of the input that a package may read, by what it judges.
_REFERRED: Mapping[Subject, frozenset[str]] = {
    Kind.PLATFORM: frozenset({"document", "platform"}),
    Kind.TENANT: frozenset({"document", "platform"}),
    Kind.DATASET: frozenset({"document", "platform", "tenant"}),
    Kind.MODEL: frozenset({"document", "platform", "tenant", "datasets"}),
    Kind.ENVIRONMENT: frozenset({"document", "platform"}),
    Kind.DEPLOYMENT: frozenset({"document", "platform", "tenant", "datasets", "model", "environment"}),
    Kind.WAIVER: frozenset({"document", "platform"}),
    "path": frozenset({"document", "platform", "tenant", "datasets", "model", "environment"}),
}
_OF_STATE: Mapping[Subject, frozenset[str]] = {
    Kind.TENANT: frozenset({"deployments"}),
    Kind.DATASET: frozenset({"twins", "table"}),
}
_GATHERED = frozenset({"deployments", "twins"})
_OF_MODE: Mapping[RuleScope, frozenset[str]] = {
    "state": frozenset(),
    "change": frozenset({"change", "base"}),
    "review": frozenset({"change", "base", "review"}),
}
_encode = json.JSONEncoder(ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode


def readable(subject: Subject, asks: RuleScope) -> frozenset[str]:
    """The parts that a package may read of what it judges."""
    of_state = _OF_STATE.get(subject, frozenset()) if asks == "state" else frozenset()
    return _REFERRED[subject] | of_state | _OF_MODE[asks]


@dataclass(frozen=True, slots=True)
class CrossDocumentFacts:
    """What is known of a document only by looking at all of them: each by its name.

    `partial` are the paths of tenants and data sets of which not all was looked at: nothing is known of these.
    """

    deployments: Mapping[str, Mapping[str, Mapping[str, Mapping[str, Any]]]] = field(default_factory=dict)
    twins: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    tables: Mapping[str, Table] = field(default_factory=dict)
    partial: frozenset[str] = frozenset()


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
        found = ((part, self._part(part, identity)) for part in reads)
        return f"{{{','.join(f'{_encode(part)}:{text}' for part, text in found if text is not None)}}}"

    def _part(self, part: str, identity: Identity) -> str | None:
        if part in _GATHERED and path_of(identity.kind, identity.name) in self._gathered.partial:
            return None
        match part:
            case "document":
                return self._text(identity.kind, identity.name)
            case "platform":
                return self._text(Kind.PLATFORM, "platform")
            case "tenant":
                return self._with_name(Kind.TENANT, identity.tenant)
            case "datasets":
                return self._datasets(identity)
            case "model":
                return self._with_name(Kind.MODEL, identity.model)
            case "environment":
                return self._with_name(Kind.ENVIRONMENT, identity.environment)
            case "deployments":
                return _encode(self._gathered.deployments.get(identity.name, {}))
            case "twins":
                return self._named_all(Kind.DATASET, self._gathered.twins.get(identity.name, ()))
            case "table":
                return self._table(identity)
        return None

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

    def _datasets(self, identity: Identity) -> str | None:
        """The data sets of a model, by name."""
        if identity.kind is Kind.DATASET:
            return self._named_all(Kind.DATASET, (identity.name,))
        model = self._find(Kind.MODEL, identity.model) if identity.model else None
        return self._named_all(Kind.DATASET, named_datasets(model.data)) if model else None

    def _named_all(self, kind: Kind, names: Sequence[str]) -> str | None:
        found = [(name, self._with_name(kind, name)) for name in names]
        if any(text is None for _, text in found):
            return None
        return f"{{{','.join(f'{_encode(name)}:{text}' for name, text in found)}}}"

    def _table(self, identity: Identity) -> str | None:
        raw = self._find(Kind.DATASET, identity.name)
        location = raw.data.get("location") if raw else None
        if not isinstance(location, str) or "://" in location:
            return '{"here":false}'
        table = self._gathered.tables.get(location)
        if table is None:
            return None  # the file's own finding says why
        return _encode({"here": True, "rows": table.rows, "columns": table.columns, "found": table.found})


def write(said: Any) -> str:
    """A part that is no document, as JSON."""
    return _encode(said)


def named_datasets(model: Mapping[str, Any]) -> list[str]:
    """The data sets that a model's data says it reads, and the one that it is validated with."""
    data, validation = model.get("data"), model.get("validation")
    named = data.get("datasets") if isinstance(data, Mapping) else None
    held_out = validation.get("dataset") if isinstance(validation, Mapping) else None
    names = [*(named if isinstance(named, list) else []), held_out]
    return list(dict.fromkeys(name for name in names if isinstance(name, str)))
