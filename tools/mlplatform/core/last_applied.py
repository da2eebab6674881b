"""What counts as applied after an apply: what it touched as it is now, and all else as it was before.

So a change by hand is not taken for an applied one only because an apply of something else came after it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from mlplatform.core.plan import Action
from mlplatform.core.snapshot import RegisteredEntry, ServedEntry, Snapshot

T = TypeVar("T")
Outcome = Mapping[str, Any]
Touched = set[tuple[str, str, str]]  # action, model, and the version or digest it is about


def carry_forward(last: Snapshot | None, now: Snapshot, outcomes: Iterable[Outcome]) -> Snapshot:
    """The snapshot to publish: `now`, but for what no apply since the `last` snapshot has touched."""
    if last is None:
        return now
    touched = {about for outcome in outcomes for about in _about(outcome)}
    models = last.models() | now.models()
    versions = {model: _versions(model, last, now, touched) for model in models}
    served = {model: _served(model, last, now, touched) for model in models}
    return replace(
        now,
        versions=_there(versions),
        served=_there(served),
        aliases=_there({m: _whole(Action.CHAMPION, m, last.aliases, now.aliases, touched) for m in models}),
        weights=_there({m: _whole(Action.ROUTE, m, last.weights, now.weights, touched) for m in models}),
    )


def _about(outcome: Outcome) -> Iterable[tuple[str, str, str]]:
    action, model = outcome["action"], outcome["resource"]
    said = outcome["after"] or outcome["before"] or {}
    if action == Action.COPY.value:
        yield action, model, said["version"]
    elif action in (Action.LOAD.value, Action.RETIRE.value):
        yield Action.LOAD.value, model, said["digest"]
    else:
        yield action, model, ""


def _versions(model: str, last: Snapshot, now: Snapshot, touched: Touched) -> dict[str, RegisteredEntry]:
    were, are = last.versions.get(model, {}), now.versions.get(model, {})
    kept = {
        version: one for version, one in were.items() if (Action.COPY.value, model, version) not in touched
    }
    return {**are, **kept}


def _served(model: str, last: Snapshot, now: Snapshot, touched: Touched) -> dict[str, ServedEntry]:
    were, are = last.served.get(model, {}), now.served.get(model, {})
    by_apply = {digest for action, name, digest in touched if (action, name) == (Action.LOAD.value, model)}
    kept = {digest: ran for digest, ran in were.items() if digest not in by_apply}
    return kept | {digest: ran for digest, ran in are.items() if digest in by_apply}


def _whole(
    action: Action,
    model: str,
    last: Mapping[str, Mapping[str, T]],
    now: Mapping[str, Mapping[str, T]],
    touched: Touched,
) -> Mapping[str, T]:
    return (now if (action.value, model, "") in touched else last).get(model, {})


def _there(found: Mapping[str, Mapping[str, T]]) -> dict[str, Mapping[str, T]]:
    return {model: held for model, held in found.items() if held}
