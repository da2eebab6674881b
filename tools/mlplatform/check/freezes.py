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
    """Return the freezes of a deployment, of the base and of the head: no change lifts the freeze that stops it."""
    windows: dict[str, dict[str, Any]] = {}
    for kind, name, by in (
        (Kind.PLATFORM, "platform", "platform"),
        (Kind.ENVIRONMENT, str(deployment.environment), f"environment {deployment.environment}"),
        (Kind.TENANT, str(deployment.tenant), f"tenant {deployment.tenant}"),
    ):
        path = path_of(kind, name)
        for window in _windows((raws.get(path) for raws in (base.loaded.raws, head.raws)), by):
            windows.setdefault(repr(window), window)
    return list(windows.values())


def _windows(raws: Iterable[Any], by: str) -> Iterator[dict[str, Any]]:
    for raw in raws:
        windows = raw.data.get("freeze", []) if raw else []
        for window in windows if isinstance(windows, list) else [windows]:
            yield _window(window if isinstance(window, Mapping) else {}, by)


def _window(value: Mapping[str, Any], by: str) -> dict[str, Any]:
    """One window; what of it cannot be read freezes rather than not."""
    return {
        "from": _time(value.get("from"), _NEVER),
        "to": _time(value.get("to"), _ALWAYS),
        "reason": str(value.get("reason", "")),
        "by": by,
    }


def _time(value: Any, otherwise: int) -> int:
    try:
        moment = datetime.fromisoformat(value)
        return int(moment.timestamp()) * 1_000_000_000 if moment.tzinfo else otherwise
    except (TypeError, ValueError, OverflowError):
        return otherwise
