"""What puts back a change by hand, and what an ordinary plan does about one."""

from dataclasses import replace
from typing import Any

from mlplatform.core.drift import Drift, DriftKind
from mlplatform.core.hold import Hold, documents_digest
from mlplatform.core.plan import Plan
from mlplatform.core.registration_record import RegistrationRecord
from mlplatform.core.snapshot import RegisteredEntry, ServedEntry, Snapshot
from mlplatform.plan.actual import Actual, DriftRevert
from mlplatform.plan.plan import plan
from mlplatform.providers.serving.interface import Served
from tests.support.values import (
    COMMIT,
    METRICS,
    actual,
    deployment,
    digest,
    registered,
    registry,
    repository,
    served,
    serving,
)

TUMOUR = "clinic/tumour"
OLD, NEW = registered(TUMOUR, "1.0.0"), registered(TUMOUR, "1.1.0")
DECLARED = repository({"production": {TUMOUR: deployment("1.1.0")}})
ALIASES = {TUMOUR: {"champion": "1.1.0", "previous": "1.0.0"}}
RUNNING = serving(served(TUMOUR, "1.0.0"), served(TUMOUR, "1.1.0"), routed={TUMOUR: "1.1.0"})
LAST = Snapshot(
    "production",
    "laptop",
    COMMIT,
    "",
    {TUMOUR: {one.version: RegisteredEntry(one.ref.digest, one.tags()) for one in (OLD, NEW)}},
    ALIASES,
    {TUMOUR: {digest(v): ServedEntry(v, digest(v), True, 1, "as written") for v in ("1.0.0", "1.1.0")}},
    {TUMOUR: {digest("1.1.0"): 100}},
)
MADE = RegistrationRecord(
    "1.1.0", digest("1.1.0"), "run-1", "f" * 40, dict(NEW.lineage.data), METRICS, None, ()
)


def drift(kind: DriftKind, about: str) -> Drift:
    held = digest(about) if about[0].isdigit() else ""
    return Drift(kind, TUMOUR, about, held, f"{kind} of {about}")


def undone(there: Actual, *drifts: Drift, origins: Any = None) -> Plan:
    undo = DriftRevert(drifts, LAST, origins or {(TUMOUR, "1.1.0"): (MADE,)})
    return plan(DECLARED, "production", "laptop", replace(there, drift_revert=undo))


def said(made: Plan) -> list[tuple[str, Any]]:
    return [
        (one.action.value, (one.after or {}).get("version", (one.after or {}).get("champion")))
        for one in made.changes
    ]


HERE = actual(registry(OLD, NEW, aliases=ALIASES), RUNNING)


def test_a_version_whose_tags_no_record_knows_is_refused_by_name() -> None:
    there = actual(registry(OLD, aliases={TUMOUR: {"previous": "1.0.0"}}), RUNNING)
    other = replace(MADE, run="another")
    made = undone(there, drift(DriftKind.TAGS, "1.1.0"), origins={(TUMOUR, "1.1.0"): (other,)})
    assert [refused.reason for refused in made.refused] == [
        "tags of 1.1.0; no record says what its tags were"
    ]


def test_spoiled_bytes_that_nobody_else_holds_are_refused_by_name() -> None:
    made = undone(HERE, drift(DriftKind.BYTES, "1.1.0"))
    assert [r.reason for r in made.refused] == ["bytes of 1.1.0; no earlier registry has this artifact"]
    assert made.changes == ()


def test_spoiled_bytes_come_from_the_nearest_registry_that_holds_them() -> None:
    earlier = {"integration": registry(OLD), "development": registry(NEW)}
    (repair,) = undone(replace(HERE, earlier=earlier), drift(DriftKind.BYTES, "1.1.0")).changes
    assert repair.after
    assert (repair.action, repair.after["from"], repair.after["what"]) == ("repair", "development", "bytes")


def test_a_deleted_champion_is_registered_before_its_alias_is_set() -> None:
    there = actual(registry(OLD, aliases={TUMOUR: {"previous": "1.0.0"}}), RUNNING)
    made = undone(there, drift(DriftKind.DELETED, "1.1.0"), drift(DriftKind.ALIAS, "champion"))
    assert said(made) == [("repair", "1.1.0"), ("champion", "1.1.0")]
    assert made.changes[-1].after == {"champion": "1.1.0", "previous": "1.0.0", "digest": digest("1.1.0")}


def test_the_routed_version_is_loaded_last_and_probed_before_it_is_routed() -> None:
    moved = serving(routed={TUMOUR: "1.0.0"})
    there = actual(registry(OLD, NEW, aliases=ALIASES), moved)
    drifts = [
        drift(DriftKind.UNLOADED, "1.1.0"),
        drift(DriftKind.UNLOADED, "1.0.0"),
        drift(DriftKind.ROUTE, "1.0.0"),
    ]
    assert said(undone(there, *drifts)) == [
        ("load", "1.0.0"),
        ("load", "1.1.0"),
        ("probe", "1.1.0"),
        ("route", "1.1.0"),
    ]


def test_nothing_is_done_for_what_nobody_changed() -> None:
    pending = repository({"production": {TUMOUR: deployment("1.2.0")}})
    undo = DriftRevert((), LAST, {})
    assert plan(pending, "production", "laptop", replace(HERE, drift_revert=undo)).changes == ()


def test_an_ordinary_plan_keeps_previous_when_somebody_removed_the_champion() -> None:
    there = actual(registry(OLD, NEW, aliases={TUMOUR: {"previous": "1.0.0"}}), RUNNING)
    (champion,) = plan(DECLARED, "production", "laptop", there).changes
    assert champion.after
    assert (champion.after["champion"], champion.after["previous"]) == ("1.1.0", "1.0.0")


def test_another_number_of_instances_is_loaded_by_an_ordinary_plan() -> None:
    two = Served(TUMOUR, "1.1.0", digest("1.1.0"), True, "", 2)
    there = actual(
        registry(OLD, NEW, aliases=ALIASES), serving(served(TUMOUR, "1.0.0"), two, routed={TUMOUR: "1.1.0"})
    )
    (load,) = plan(DECLARED, "production", "laptop", there).changes
    assert load.before
    assert load.after
    assert (load.action, load.before["instances"], load.after["instances"]) == ("load", 2, 1)


def test_a_champion_that_could_not_be_given_more_instances_goes_on_as_it_was() -> None:
    documents = documents_digest(DECLARED, "production", TUMOUR)
    hold = Hold("production", TUMOUR, "1.1.0", digest("1.1.0"), documents, {}, "load: no room", "today")
    made = plan(DECLARED, "production", "laptop", replace(HERE, holds={(TUMOUR, digest("1.1.0")): hold}))
    assert made.changes == ()
    assert [refused.is_on_hold for refused in made.refused] == [True]
