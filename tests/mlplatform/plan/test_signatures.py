"""A version that is not new is loaded and probed as what it was, not as what its model's document says by now."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from mlplatform.core.drift import Drift, DriftKind
from mlplatform.core.hold import Hold, documents_digest
from mlplatform.core.kinds import Model
from mlplatform.core.plan import Action, Change, Plan
from mlplatform.core.records.base import parse
from mlplatform.core.records.changes import RecordedSignature
from mlplatform.core.served_signature import ServedSignature
from mlplatform.core.snapshot import RegisteredEntry, ServedEntry, Snapshot
from mlplatform.plan.actual import Actual, DriftRevert
from mlplatform.plan.plan import plan
from mlplatform.providers.serving.interface import Served
from tests.support.values import (
    COMMIT,
    actual,
    deployment,
    digest,
    model,
    registered,
    registry,
    repository,
    served,
    serving,
)

TUMOUR = "clinic/tumour"
VERSIONS = ("1.0.0", "1.1.0", "2.0.0")
NOW = ServedSignature.by(Model.model_validate(model()))
SIGNATURE = {"inputs": [{"name": "Z", "type": "FP64", "shape": [-1]}], "outputs": []}
THEN = ServedSignature("tensorrt", parse(RecordedSignature, SIGNATURE))
ALIASES = {"champion": "1.1.0", "previous": "1.0.0"}
HELD = registry(*(registered(TUMOUR, version) for version in VERSIONS), aliases={TUMOUR: ALIASES})
RUNNING = serving(served(TUMOUR, "1.0.0"), served(TUMOUR, "1.1.0"), routed={TUMOUR: "1.1.0"})
HERE = replace(
    actual(HELD, RUNNING),
    signatures={(TUMOUR, digest(version)): THEN for version in ("1.0.0", "1.1.0")},
)


def planned(version: str, there: Actual = HERE) -> Plan:
    return plan(repository({"production": {TUMOUR: deployment(version)}}), "production", "laptop", there)


def tries(changes: Sequence[Change]) -> list[tuple[str, str, Any, Any]]:
    return [
        (one.action.value, one.after["version"], one.after["format"], one.after["signature"])
        for one in changes
        if one.action in (Action.LOAD, Action.PROBE) and one.after
    ]


def on_hold(there: Actual, version: str, aliases: dict[str, str | None]) -> Actual:
    declared = repository({"production": {TUMOUR: deployment(version)}})
    documents = documents_digest(declared, "production", TUMOUR)
    hold = Hold("production", TUMOUR, version, digest(version), documents, aliases, "it broke", "today")
    return replace(there, holds={(TUMOUR, hold.digest): hold})


def test_a_rollback_probes_the_version_as_what_it_was() -> None:
    assert tries(planned("1.0.0").changes) == [("probe", "1.0.0", THEN.format, SIGNATURE)]


def test_a_champion_is_loaded_again_as_what_it_was() -> None:
    two = Served(TUMOUR, "1.1.0", digest("1.1.0"), True, "", 2)
    there = replace(HERE, serving=serving(two, routed={TUMOUR: "1.1.0"}))
    assert tries(planned("1.1.0", there).changes) == [("load", "1.1.0", THEN.format, SIGNATURE)]


def test_a_new_version_is_what_its_document_says() -> None:
    assert [signed for _, *signed in tries(planned("2.0.0").changes)] == [
        ["2.0.0", NOW.format, NOW.signature.as_json()]
    ] * 2


def test_what_ran_before_a_version_on_hold_is_put_back_as_what_it_was() -> None:
    lost = replace(HERE, serving=serving(served(TUMOUR, "2.0.0"), routed={TUMOUR: "2.0.0"}))
    made = planned("2.0.0", on_hold(lost, "2.0.0", {"champion": "1.1.0", "previous": "1.0.0"}))
    assert tries(made.changes) == [
        ("load", "1.1.0", THEN.format, SIGNATURE),
        ("probe", "1.1.0", THEN.format, SIGNATURE),
    ]
    assert [change.action.value for change in made.changes] == ["load", "probe", "route", "retire"]


@pytest.mark.parametrize("champion", ["1.1.0", "1.0.0"], ids=["before-the-alias-moved", "after-it"])
def test_previous_stays_loaded_when_going_back_to_it_failed(champion: str) -> None:
    moved = replace(HELD, aliases={TUMOUR: {"champion": champion, "previous": "1.0.0"}})
    there = replace(HERE, registry=moved)
    made = planned("1.0.0", on_hold(there, "1.0.0", {"champion": "1.1.0", "previous": "1.0.0"}))
    assert [refused.is_on_hold for refused in made.refused] == [True]
    assert Action.RETIRE not in {change.action for change in made.changes}


def test_a_version_unloaded_by_hand_is_put_back_as_what_it_was() -> None:
    versions = {
        one.version: RegisteredEntry(one.ref.digest, one.tags()) for one in HELD.versions[TUMOUR].values()
    }
    ran = {digest("1.1.0"): ServedEntry("1.1.0", digest("1.1.0"), True, 1, "as written")}
    last = Snapshot(
        "production",
        "laptop",
        COMMIT,
        "",
        {TUMOUR: versions},
        {TUMOUR: ALIASES},
        {TUMOUR: ran},
        {TUMOUR: {digest("1.1.0"): 100}},
    )
    unloaded = Drift(DriftKind.UNLOADED, TUMOUR, "1.1.0", digest("1.1.0"), "1.1.0 is not loaded any more")
    there = replace(
        HERE, serving=replace(RUNNING, versions=()), drift_revert=DriftRevert((unloaded,), last, {})
    )
    assert tries(planned("2.0.0", there).changes) == [
        ("load", "1.1.0", THEN.format, SIGNATURE),
        ("probe", "1.1.0", THEN.format, SIGNATURE),
    ]
