"""A promotion that is killed at any of its steps is finished by the next run, while requests go on being answered."""

import pytest

from tests.support.laboratory import Laboratory, stocked
from tests.support.records import predicate_json
from tests.support.survival import Run, end_state, outcomes, points_of, uninterrupted, watched
from tests.support.tiers import cell
from tests.support.traffic import Traffic

VERSIONS = ["1.1.0", "1.2.0", "1.3.0"]
MORE = [f"1.{minor}.0" for minor in range(4, 41)]
STEPS = {
    "registry.add",
    "serving.ensure",
    "serving.probe",
    "serving.route",
    "registry.set_aliases",
    "serving.retire",
}


def assert_finished(lab: Laboratory, run: Run, traffic: Traffic, point: str, so_far: list[str]) -> None:
    """The last version is promoted by a run that is killed, and by the next one."""
    *_, old, new = so_far
    lab.pin("production", new)
    traffic.answers.clear()
    assert run(point)["status"] == -9, f"the run was not killed {point}"
    assert run("")["status"] == 0, f"the run after the one killed {point} failed"
    assert end_state(lab) == uninterrupted(lab, new, old, so_far, []), f"after a kill {point}"
    traffic.wait_for(new, 1)
    assert set(traffic.answers) <= {old, new}, f"a wrong version answered after a kill {point}"


@pytest.mark.parametrize(
    "point",
    [
        cell("before serving.ensure#1", quick=False),
        cell("before registry.set_aliases#1", quick=True),
        cell("before ledger.append#1", quick=False),
    ],
)
def test_a_promotion_killed_at_a_step_is_finished_by_the_next_run(
    lab: Laboratory, run: Run, traffic: Traffic, point: str
) -> None:
    assert_finished(lab, run, traffic, point, VERSIONS[:2])
    assert traffic.failures == []


@pytest.mark.exhaustive
def test_an_interrupted_apply_is_on_the_ledger_beside_the_one_that_finished_it(
    lab: Laboratory, run: Run
) -> None:
    lab.pin("production", VERSIONS[1])
    assert run("before registry.set_aliases#1")["status"] == -9
    assert run("")["status"] == 0
    records = list(lab.ledger().newest_first())
    assert len({predicate_json(record)["id"] for record in records}) == len(records)
    ends = [
        result
        for record in records
        if predicate_json(record).get("environment") == "production"
        for action, result in outcomes(record)
        if action == "champion"
    ]
    assert ends == ["applied", "not-attempted", "applied"]


@pytest.mark.exhaustive
def test_a_promotion_killed_at_any_step_is_finished_by_the_next_run(
    lab: Laboratory, run: Run, traffic: Traffic
) -> None:
    lab = stocked(lab, MORE)
    versions = [*VERSIONS, *MORE]
    for version in VERSIONS[1:]:
        lab.pin("production", version)
        passed = run("")
    points = points_of(passed)
    assert {point.split()[1].split("#")[0] for point in points} >= STEPS
    assert len(points) < len(MORE)
    for at, point in enumerate(points, start=len(VERSIONS) + 1):
        assert_finished(lab, run, traffic, point, versions[:at])
    assert traffic.failures == []


def test_an_apply_of_what_is_there_writes_nothing(lab: Laboratory, run: Run) -> None:
    before = {path: path.stat().st_mtime_ns for path in watched(lab)}
    tip = lab.ledger().tip()
    assert run("")["status"] == 0
    assert {path: path.stat().st_mtime_ns for path in watched(lab)} == before
    assert lab.ledger().tip() == tip
