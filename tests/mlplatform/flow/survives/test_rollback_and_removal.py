"""A rollback and a removal that are killed at any of their steps are finished by the next run."""

from tests.support.laboratory import Laboratory
from tests.support.survival import Run, end_state, points_of, uninterrupted
from tests.support.traffic import Traffic

VERSIONS = ["1.1.0", "1.2.0"]


def test_a_rollback_killed_at_any_step_is_finished_by_the_next_run(
    lab: Laboratory, run: Run, traffic: Traffic
) -> None:
    previous, champion = so_far = VERSIONS
    lab.pin("production", champion)
    run("")
    lab.pin("production", previous)
    points = points_of(run(""))
    old, new = previous, champion
    for point in points:
        lab.pin("production", new)
        traffic.answers.clear()
        assert run(point)["status"] == -9, f"the run was not killed {point}"
        assert run("")["status"] == 0, f"the run after the one killed {point} failed"
        assert end_state(lab) == uninterrupted(lab, new, old, so_far, []), f"after a kill {point}"
        traffic.wait_for(new, 1)
        assert set(traffic.answers) <= {old, new}, f"a wrong version answered after a kill {point}"
        old, new = new, old
    assert traffic.failures == []


def test_a_removal_killed_at_any_step_is_finished_by_the_next_run(
    lab: Laboratory, run: Run, traffic: Traffic
) -> None:
    champion = end_state(lab)["aliases"]["champion"]
    lab.remove("production")
    run("")
    lab.pin("production", champion)
    run("")
    lab.remove("production")
    for point in points_of(run("")):
        lab.pin("production", champion)
        assert run("")["status"] == 0
        lab.remove("production")
        assert run(point)["status"] == -9, f"the run was not killed {point}"
        assert run("")["status"] == 0, f"the run after the one killed {point} failed"
        assert end_state(lab) == uninterrupted(lab, None, None, VERSIONS, []), f"after a kill {point}"
