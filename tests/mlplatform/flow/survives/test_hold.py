"""A version that fails is put on hold and what ran before goes on, wherever the run is killed."""

from dataclasses import replace

import pytest

from mlplatform.core.errors import Refusal
from mlplatform.core.records.retry import RetryPredicate
from mlplatform.flow.check.run_check import load_repository
from mlplatform.flow.promotion.proposals import ProposalRequest, propose_promote
from mlplatform.flow.rollback.propose_rollback import propose_rollback
from mlplatform.flow.rollback.retry import lift_hold
from tests.support.laboratory import SCALER, Laboratory, stocked
from tests.support.survival import Run, end_state, points_of, uninterrupted
from tests.support.tiers import cell
from tests.support.traffic import Traffic

VERSIONS = PREVIOUS, CHAMPION = ["1.1.0", "1.2.0"]
BROKEN = ["2.1.0", "2.2.0"]
MORE = [f"2.{minor}.0" for minor in range(3, 32)]


@pytest.fixture
def promoted(lab: Laboratory, run: Run) -> None:
    """Has one version champion in production and the other previous."""
    lab.pin("production", CHAMPION)
    assert run("")["status"] == 0


@pytest.fixture
def held(lab: Laboratory, promoted: None, run: Run) -> None:
    """Has the broken versions on hold too, of which the last one is pinned."""
    for version in BROKEN:
        lab.pin("production", version)
        assert run("")["status"] == 1


def assert_held(lab: Laboratory, run: Run, traffic: Traffic, point: str, broken: list[str]) -> None:
    """The last broken version is put on hold by a run that is killed, and by the next one."""
    lab.pin("production", broken[-1])
    traffic.answers.clear()
    assert run(point)["status"] == -9, f"the run was not killed {point}"
    assert run("")["status"] == 1, f"the version was not on hold after a kill {point}"
    assert end_state(lab) == uninterrupted(lab, CHAMPION, PREVIOUS, VERSIONS, broken), point
    traffic.wait_for(CHAMPION, 1)
    assert set(traffic.answers) == {CHAMPION}, f"a wrong version answered after a kill {point}"


@pytest.mark.parametrize(
    "point", [cell("before serving.probe#1", quick=True), cell("before serving.retire#1", quick=False)]
)
@pytest.mark.usefixtures("promoted")
def test_a_version_that_fails_is_put_on_hold_though_the_run_is_killed(
    lab: Laboratory, run: Run, traffic: Traffic, point: str
) -> None:
    assert_held(lab, run, traffic, point, BROKEN[:1])
    assert traffic.failures == []


@pytest.mark.exhaustive
@pytest.mark.usefixtures("promoted")
def test_a_version_that_fails_is_put_on_hold_wherever_the_run_is_killed(
    lab: Laboratory, run: Run, traffic: Traffic
) -> None:
    lab = stocked(lab, (), broken=MORE)
    lab.pin("production", MORE[0])
    passed = run("")
    assert passed["status"] == 1
    assert end_state(lab) == uninterrupted(lab, CHAMPION, PREVIOUS, VERSIONS, MORE[:1])
    points = [point for point in points_of(passed) if "rename" not in point and "replace" not in point]
    assert len(points) < len(MORE)
    for at, point in enumerate(points, start=2):
        assert_held(lab, run, traffic, point, MORE[:at])
    assert traffic.failures == []


@pytest.mark.exhaustive
@pytest.mark.usefixtures("held")
def test_a_version_on_hold_is_not_tried_again_and_nothing_is_written(lab: Laboratory, run: Run) -> None:
    tip = lab.ledger().tip()
    passed = run("")
    assert (passed["status"], passed["points"]) == (1, [])
    assert lab.ledger().tip() == tip


@pytest.mark.exhaustive
@pytest.mark.usefixtures("held")
def test_the_revert_of_what_failed_is_proposed_on_a_branch(lab: Laboratory) -> None:
    branches = lab.place.git.run("branch", "--list", "rollback/*", "--format=%(refname:short)").decode()
    assert f"rollback/production/lab.scaler-{CHAMPION}" in branches.split()


@pytest.mark.exhaustive
@pytest.mark.usefixtures("held")
def test_nobody_proposes_a_version_on_hold_again_before_the_hold_is_lifted(lab: Laboratory) -> None:
    lab.pin("integration", BROKEN[0])
    asked = ProposalRequest("production", SCALER, "main", "")
    with pytest.raises(Refusal, match=f"{BROKEN[0]} is on hold in production since .*probe"):
        propose_promote(lab.place, asked)
    with pytest.raises(Refusal, match=f"{BROKEN[0]} is on hold in production"):
        propose_rollback(lab.place, asked, BROKEN[0])
    assert propose_rollback(lab.place, asked, None).branch.endswith(CHAMPION)


@pytest.mark.exhaustive
@pytest.mark.usefixtures("held")
def test_a_hold_that_is_lifted_is_tried_again_and_set_again_when_it_fails_again(
    lab: Laboratory, run: Run
) -> None:
    repository = load_repository(lab.place.git, "HEAD")
    with pytest.raises(Refusal, match=r"several versions .* are on hold"):
        lift_hold(lab.place, replace(repository, deployments={}), "production", SCALER, None, "")
    with pytest.raises(Refusal, match=r"9\.9\.9 is not on hold in production"):
        lift_hold(lab.place, repository, "production", SCALER, "9.9.9", "")
    lab.pin("production", BROKEN[0])
    assert run("")["status"] == 0, "a hold counts for the same documents, and is no failure of a later commit"
    tip = lab.ledger().tip()
    repository = load_repository(lab.place.git, "HEAD")
    lift_hold(lab.place, repository, "production", SCALER, BROKEN[0], "the probe was wrong")
    assert end_state(lab)["held"] == BROKEN[1:]
    assert run("")["status"] == 1
    assert end_state(lab)["held"] == BROKEN
    said = (record.statement.predicate for record in lab.ledger().newest_first())
    lifted = [one.reason for one in said if isinstance(one, RetryPredicate)]
    assert lifted == ["the probe was wrong"]
    assert lab.ledger().tip() != tip
