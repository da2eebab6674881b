"""A snapshot says what was there, and an apply's snapshot takes no change by hand for an applied one."""

from typing import Any

import pytest

from mlplatform.core.last_applied import carry_forward
from mlplatform.core.outcome import Result
from mlplatform.core.plan import Action, Change
from mlplatform.core.records.changes import RecordedOutcome, recorded_change, recorded_outcome
from mlplatform.core.snapshot import RegisteredEntry, ServedEntry, Snapshot
from tests.support.records import candidate, copied
from tests.support.values import digest

TUMOUR = "clinic/tumour"
OLD, NEW = digest("1.0.0"), digest("1.1.0")


def ran(version: str, instances: int = 1, configuration: str = "as written") -> ServedEntry:
    return ServedEntry(version, digest(version), True, instances, configuration)


def snapshot(**more: Any) -> Snapshot:
    said: dict[str, Any] = {
        "versions": {TUMOUR: {"1.0.0": RegisteredEntry(OLD, "tags")}},
        "aliases": {TUMOUR: {"champion": "1.0.0"}},
        "served": {TUMOUR: {OLD: ran("1.0.0")}},
        "weights": {TUMOUR: {OLD: 100}},
        **more,
    }
    return Snapshot("production", "laptop", "c" * 40, "2026-11-21T10:00:00+00:00", **said)


def outcome(
    action: Action, after: dict[str, Any] | None = None, before: dict[str, Any] | None = None
) -> RecordedOutcome:
    change = recorded_change(Change(action, "a provider", TUMOUR, before, after))
    return recorded_outcome(change, Result.APPLIED, "")


def test_a_snapshot_is_what_its_json_says() -> None:
    assert Snapshot.from_json(snapshot().as_json()) == snapshot()
    assert snapshot().as_bytes() == snapshot().as_bytes()


def test_the_first_snapshot_is_what_is_seen() -> None:
    assert carry_forward(None, snapshot(), []) == snapshot()


@pytest.mark.parametrize(
    "by_hand",
    [
        {"versions": {TUMOUR: {"1.0.0": RegisteredEntry(OLD, "edited")}}},
        {"versions": {}},
        {"aliases": {TUMOUR: {"champion": "0.9.0"}}},
        {"aliases": {}},
        {"weights": {TUMOUR: {NEW: 100}}},
        {"served": {}},
        {"served": {TUMOUR: {OLD: ran("1.0.0", instances=2)}}},
        {"served": {TUMOUR: {OLD: ran("1.0.0", configuration="by hand")}}},
        {"served": {TUMOUR: {OLD: ran("1.0.0"), NEW: ran("1.1.0")}}},
    ],
)
def test_what_no_apply_touched_stays_as_it_was_applied(by_hand: dict[str, Any]) -> None:
    assert carry_forward(snapshot(), snapshot(**by_hand), []) == snapshot()


def test_what_an_apply_touched_is_as_it_is_seen() -> None:
    now = snapshot(
        versions={TUMOUR: {"1.0.0": RegisteredEntry(OLD, "tags"), "1.1.0": RegisteredEntry(NEW, "new tags")}},
        aliases={TUMOUR: {"champion": "1.1.0", "previous": "1.0.0"}},
        served={TUMOUR: {NEW: ran("1.1.0")}},
        weights={TUMOUR: {NEW: 100}},
    )
    done = [
        outcome(Action.COPY, copied("1.1.0")),
        outcome(Action.LOAD, candidate("1.1.0")),
        outcome(Action.ROUTE, {"weights": {NEW: 100}, "version": "1.1.0"}),
        outcome(Action.CHAMPION, {"champion": "1.1.0", "previous": "1.0.0", "digest": NEW}),
        outcome(Action.RETIRE, before={"version": "1.0.0", "digest": OLD}),
    ]
    assert carry_forward(snapshot(), now, done) == now


def test_a_version_that_was_registered_since_is_known_from_then_on() -> None:
    both = {TUMOUR: {"1.0.0": RegisteredEntry(OLD, "tags"), "1.1.0": RegisteredEntry(NEW, "tags")}}
    assert carry_forward(snapshot(), snapshot(versions=both), []).versions == both


def test_a_model_that_an_apply_took_out_is_gone() -> None:
    done = [
        outcome(Action.ROUTE, before={"weights": {OLD: 100}}),
        outcome(Action.CHAMPION, before={"champion": "1.0.0", "previous": None}),
        outcome(Action.RETIRE, before={"version": "1.0.0", "digest": OLD}),
    ]
    now = snapshot(aliases={}, served={}, weights={})
    assert carry_forward(snapshot(), now, done) == now
