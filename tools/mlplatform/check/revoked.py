"""Collect the facts about revoked versions: who revoked which, and why."""

from collections.abc import Iterator, Mapping
from typing import Any

from mlplatform.core.artifact_use import revocations
from mlplatform.core.change_base import ChangeBase
from mlplatform.core.loaded_source import LoadedSource
from mlplatform.core.naming import Identity, Kind, path_of

Data = Mapping[str, Any]


def revoked(
    head: LoadedSource, base: ChangeBase, deployment: Identity, document: Data
) -> list[dict[str, Any]]:
    """The revocations of what a deployment pins, its challenger and shadow included, by the base and by the head.

    Each has `at` (where the version is pinned), `by` and `reason`. The platform revokes by digest, a model by version:
    that means the bytes, under whatever model and number they are pinned.
    """
    applying: dict[str, dict[str, Any]] = {}
    for kind, name, by in (
        (Kind.PLATFORM, "platform", "platform"),
        (Kind.MODEL, str(deployment.model), f"model {deployment.model}"),
    ):
        path = path_of(kind, name)
        for raw in (base.loaded.raws.get(path), head.raws.get(path)):
            for entry in revocations(raw.data if raw else {}):
                for at, pin in _pins(document):
                    if _is_meant(entry, pin):
                        revocation = {"at": at, "by": by, "reason": str(entry.get("reason", ""))}
                        applying.setdefault(repr(revocation), revocation)
    for use in base.same_artifact.get((str(deployment.environment), str(deployment.model)), ()):
        for entry in use.revoked:
            if _is_meant(entry, {"version": use.version, "digest": use.digest}):
                reason = str(entry.get("reason", ""))
                revocation = {"at": ["version"], "by": f"model {use.model}", "reason": reason}
                applying.setdefault(repr(revocation), revocation)
    return list(applying.values())


def _pins(document: Data) -> Iterator[tuple[list[str], Data]]:
    yield ["version"], document
    for *way, at in (["experiment", "challenger", "version"], ["shadow", "version"]):
        pin: Any = document
        for step in way:
            pin = pin.get(step) if isinstance(pin, Mapping) else None
        if isinstance(pin, Mapping):
            yield [*way, at], pin


def _is_meant(entry: Data, pin: Data) -> bool:
    """True when an entry names a pinned version; one that names nothing names all."""
    named = {key: entry[key] for key in ("version", "digest") if key in entry}
    return all(pin.get(key) == value for key, value in named.items())
