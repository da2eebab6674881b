"""A rollback and a removal that are killed at any of their steps are finished by the next run."""

import pytest

from tests.support.laboratory import Laboratory
from tests.support.survival import Run, end_state, points_of, uninterrupted
from tests.support.traffic import Traffic

VERSIONS = ["1.1.0", "1.2.0"]


def rolled_back(lab: Laboratory, run: Run) -> list[str]:
    """Where a rollback passes, once production went to the second version and back to the first."""
    for version in reversed(VERSIONS):
        lab.pin("production", version)
        passed = run("")
        assert passed["status"] == 0
    return points_of(passed)


def assert_rolled_back(lab: Laboratory, run: Run, traffic: Traffic, point: str, old: str, new: str) -> None:
    """Going from one loaded version to the other is done by a run that is killed, and by the next one."""
    lab.pin("production", new)
    traffic.answers.clear()
    assert run(point)["status"] == -9, f"the run was not killed {point}"
    assert run("")["status"] == 0, f"the run after the one killed {point} failed"
    assert end_state(lab) == uninterrupted(lab, new, old, VERSIONS, []), f"after a kill {point}"
    traffic.wait_for(new, 1)
    assert set(traffic.answers) <= {old, new}, f"a wrong version answered after a kill {point}"


def assert_removed(lab: Laboratory, run: Run, point: str) -> None:
    """Taking the model out of production is done by a run that is killed, and by the next one."""
    lab.remove("production")
    assert run(point)["status"] == -9, f"the run was not killed {point}"
    assert run("")["status"] == 0, f"the run after the one killed {point} failed"
    assert end_state(lab) == uninterrupted(lab, None, None, VERSIONS[:1], []), f"after a kill {point}"


@pytest.mark.exhaustive
def test_a_rollback_killed_between_route_and_alias_is_finished_by_the_next_run(
    lab: Laboratory, run: Run, traffic: Traffic
) -> None:
    rolled_back(lab, run)
    assert_rolled_back(lab, run, traffic, "before registry.set_aliases#1", *VERSIONS)
    assert traffic.failures == []


@pytest.mark.exhaustive
def test_a_rollback_killed_at_any_step_is_finished_by_the_next_run(
    lab: Laboratory, run: Run, traffic: Traffic
) -> None:
    old, new = VERSIONS
    for point in rolled_back(lab, run):
        assert_rolled_back(lab, run, traffic, point, old, new)
        old, new = new, old
    assert traffic.failures == []


@pytest.mark.exhaustive
def test_a_removal_killed_between_alias_and_unloading_is_finished_by_the_next_run(
    lab: Laboratory, run: Run
) -> None:
    assert_removed(lab, run, "before serving.retire#1")


@pytest.mark.exhaustive
def test_a_removal_killed_at_any_step_is_finished_by_the_next_run(lab: Laboratory, run: Run) -> None:
    lab.remove("production")
    for point in points_of(run("")):
        lab.pin("production", VERSIONS[0])
        assert run("")["status"] == 0
        assert_removed(lab, run, point)
