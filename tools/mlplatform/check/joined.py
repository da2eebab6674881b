"""One document with what it refers to, as JSON: what a package sees as `input`."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mlplatform.core.document import Raw
from mlplatform.core.naming import Identity, Kind

# The parts of the input that a package may read, by the kind of document it judges.
PARTS: Mapping[Kind, frozenset[str]] = {
    Kind.PLATFORM: frozenset({"document", "change"}),
    Kind.TENANT: frozenset({"document", "change"}),
    Kind.DATASET: frozenset({"document", "tenant", "change"}),
    Kind.MODEL: frozenset({"document", "tenant", "datasets", "change"}),
    Kind.ENVIRONMENT: frozenset({"document", "change"}),
    Kind.DEPLOYMENT: frozenset({"document", "tenant", "datasets", "model", "environment", "change"}),
}

Find = Callable[[Kind, str], Raw | None]
_encode = json.JSONEncoder(ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode


class Joiner:
    """Joins documents that `find` finds; what many of them share is written once."""

    def __init__(self, find: Find) -> None:
        self._find = find
        self._texts: dict[tuple[Kind, str], str] = {}
        self._named: dict[tuple[Kind, str], str] = {}

    def join(
        self, identity: Identity, reads: Sequence[str], change: str | None = None, *, partly: bool = False
    ) -> str | None:
        """The input for a package that reads these parts; None when one of them is not there.

        `partly` leaves out what is not there instead: for a document that is gone, as its neighbours may be.
        """
        pieces = [f'"kind":"{identity.kind.value}","name":"{identity.name}"']
        for part in reads:
            text = change if part == "change" else self._part(part, identity)
            if text is not None:
                pieces.append(f'"{part}":{text}')
            elif not partly:
                return None
        return f"{{{','.join(pieces)}}}"

    def _part(self, part: str, identity: Identity) -> str | None:
        match part:
            case "document":
                return self._text(identity.kind, identity.name)
            case "datasets":
                return self._datasets(identity)
            case "tenant":
                return self._with_name(Kind.TENANT, identity.tenant)
            case "model":
                return self._with_name(Kind.MODEL, identity.model)
            case "environment":
                return self._with_name(Kind.ENVIRONMENT, identity.environment)
        return None

    def _text(self, kind: Kind, name: str) -> str | None:
        key = (kind, name)
        if key not in self._texts:
            raw = self._find(kind, name)
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
        model = self._find(Kind.MODEL, identity.model or "")
        if model is None:
            return None
        found = [(name, self._with_name(Kind.DATASET, name)) for name in _named_datasets(model)]
        if any(text is None for _, text in found):
            return None
        return f"{{{','.join(f'{_encode(name)}:{text}' for name, text in found)}}}"


def write_change(said: Mapping[str, Any]) -> str:
    """The facts of a change as JSON."""
    return _encode(said)


def _named_datasets(model: Raw) -> list[str]:
    data = model.data.get("data")
    named = data.get("datasets") if isinstance(data, Mapping) else None
    return [name for name in named if isinstance(name, str)] if isinstance(named, list) else []
