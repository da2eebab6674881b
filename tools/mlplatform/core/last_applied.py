"""Make the snapshot after an apply: what the apply touched as it is now, everything else as in the last snapshot.

So a change by hand does not count as applied only because something else was applied after it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TypeVar

from mlplatform.core.plan import Action
from mlplatform.core.records.changes import CopyChange, LoadChange, RecordedOutcome, RetireChange
from mlplatform.core.snapshot import RegisteredEntry, ServedEntry, Snapshot

T = TypeVar("T")
Touched = set[tuple[str, str, str]]  # action, model, and the version or digest it is about


def carry_forward(last: Snapshot | None, now: Snapshot, outcomes: Iterable[RecordedOutcome]) -> Snapshot:
    """Return the snapshot to publish: `now`, with everything that no apply has touched since taken from `last`."""
    if last is None:
        return now
    touched = {_about(outcome) for outcome in outcomes}
    models = last.models() | now.models()
    versions = {model: _versions(model, last, now, touched) for model in models}
    served = {model: _served(model, last, now, touched) for model in models}
    return replace(
        now,
        versions=_non_empty(versions),
        served=_non_empty(served),
        aliases=_non_empty(
            {m: _entries_of(Action.CHAMPION, m, last.aliases, now.aliases, touched) for m in models}
        ),
        weights=_non_empty(
            {m: _entries_of(Action.ROUTE, m, last.weights, now.weights, touched) for m in models}
        ),
    )


def _about(outcome: RecordedOutcome) -> tuple[str, str, str]:
    match outcome:
        case CopyChange():
            return Action.COPY.value, outcome.resource, outcome.after.version
        case LoadChange():
            return Action.LOAD.value, outcome.resource, outcome.after.digest
        case RetireChange():
            return Action.LOAD.value, outcome.resource, outcome.before.digest
    return outcome.action.value, outcome.resource, ""


def _versions(model: str, last: Snapshot, now: Snapshot, touched: Touched) -> dict[str, RegisteredEntry]:
    before, after = last.versions.get(model, {}), now.versions.get(model, {})
    untouched = {
        version: entry
        for version, entry in before.items()
        if (Action.COPY.value, model, version) not in touched
    }
    return {**after, **untouched}


def _served(model: str, last: Snapshot, now: Snapshot, touched: Touched) -> dict[str, ServedEntry]:
    before, after = last.served.get(model, {}), now.served.get(model, {})
    by_apply = {digest for action, name, digest in touched if (action, name) == (Action.LOAD.value, model)}
    untouched = {digest: entry for digest, entry in before.items() if digest not in by_apply}
    return untouched | {digest: entry for digest, entry in after.items() if digest in by_apply}


def _entries_of(
    action: Action,
    model: str,
    last: Mapping[str, Mapping[str, T]],
    now: Mapping[str, Mapping[str, T]],
    touched: Touched,
) -> Mapping[str, T]:
    return (now if (action.value, model, "") in touched else last).get(model, {})


def _non_empty(by_model: Mapping[str, Mapping[str, T]]) -> dict[str, Mapping[str, T]]:
    return {model: entries for model, entries in by_model.items() if entries}
