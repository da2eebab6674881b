"""A promotion that is killed at any of its steps is finished by the next run, while requests go on being answered."""

from tests.support.laboratory import Laboratory
from tests.support.survival import Run, end_state, outcomes, points_of, uninterrupted, watched
from tests.support.traffic import Traffic

VERSIONS = [f"1.{minor}.0" for minor in range(1, 41)]
STEPS = {
    "registry.add",
    "serving.ensure",
    "serving.probe",
    "serving.route",
    "registry.set_aliases",
    "serving.retire",
}


def test_a_promotion_killed_at_any_step_is_finished_by_the_next_run(
    lab: Laboratory, run: Run, traffic: Traffic
) -> None:
    for version in VERSIONS[1:3]:
        lab.pin("production", version)
        passed = run("")
    points = points_of(passed)
    assert {point.split()[1].split("#")[0] for point in points} >= STEPS
    assert len(points) < len(VERSIONS) - 3
    for at, (point, old, new) in enumerate(zip(points, VERSIONS[2:], VERSIONS[3:], strict=False), start=4):
        lab.pin("production", new)
        traffic.answers.clear()
        assert run(point)["status"] == -9, f"the run was not killed {point}"
        assert run("")["status"] == 0, f"the run after the one killed {point} failed"
        assert end_state(lab) == uninterrupted(lab, new, old, VERSIONS[:at], []), f"after a kill {point}"
        traffic.wait_for(new, 1)
        assert set(traffic.answers) <= {old, new}, f"a wrong version answered after a kill {point}"
    assert traffic.failures == []


def test_every_interrupted_apply_is_on_the_ledger(lab: Laboratory) -> None:
    records = list(lab.ledger().newest_first())
    interrupted = [record for record in records if ("champion", "not-attempted") in outcomes(record)]
    assert len(interrupted) >= 4
    assert len({record.id for record in records}) == len(records)
    applied = {
        outcome["after"]["champion"]
        for record in records
        for outcome in record.statement.predicate.get("outcomes", ())
        if outcome["action"] == "champion" and outcome["after"]
    }
    assert applied >= set(VERSIONS[:10])


def test_an_apply_of_what_is_there_writes_nothing(lab: Laboratory, run: Run) -> None:
    before = {path: path.stat().st_mtime_ns for path in watched(lab)}
    tip = lab.ledger().tip()
    assert run("")["status"] == 0
    assert {path: path.stat().st_mtime_ns for path in watched(lab)} == before
    assert lab.ledger().tip() == tip
