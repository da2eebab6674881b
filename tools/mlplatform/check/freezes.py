"""The windows in which nothing but a rollback may change, as facts: times as integers, and who set them."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from mlplatform.core.change_base import ChangeBase
from mlplatform.core.loaded_source import LoadedSource
from mlplatform.core.naming import Identity, Kind, path_of

_NEVER = 0
_ALWAYS = 2**62  # nanoseconds: a hundred years and more from now


def freezes(head: LoadedSource, base: ChangeBase, deployment: Identity) -> list[dict[str, Any]]:
    """What freezes a deployment, by the base and by the head: a change cannot lift what it would be held by."""
    found: dict[str, dict[str, Any]] = {}
    for kind, name, by in (
        (Kind.PLATFORM, "platform", "platform"),
        (Kind.ENVIRONMENT, str(deployment.environment), f"environment {deployment.environment}"),
        (Kind.TENANT, str(deployment.tenant), f"tenant {deployment.tenant}"),
    ):
        path = path_of(kind, name)
        for window in _windows((raws.get(path) for raws in (base.loaded.raws, head.raws)), by):
            found.setdefault(repr(window), window)
    return list(found.values())


def _windows(raws: Iterable[Any], by: str) -> Iterator[dict[str, Any]]:
    for raw in raws:
        said = raw.data.get("freeze", []) if raw else []
        for window in said if isinstance(said, list) else [said]:
            yield _window(window if isinstance(window, Mapping) else {}, by)


def _window(said: Mapping[str, Any], by: str) -> dict[str, Any]:
    """One window; what of it cannot be read freezes rather than not."""
    return {
        "from": _time(said.get("from"), _NEVER),
        "to": _time(said.get("to"), _ALWAYS),
        "reason": str(said.get("reason", "")),
        "by": by,
    }


def _time(said: Any, otherwise: int) -> int:
    try:
        moment = datetime.fromisoformat(said)
        return int(moment.timestamp()) * 1_000_000_000 if moment.tzinfo else otherwise
    except (TypeError, ValueError, OverflowError):
        return otherwise
