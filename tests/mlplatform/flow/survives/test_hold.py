"""A version that fails is put on hold and what ran before goes on, wherever the run is killed."""

from dataclasses import replace

import pytest

from mlplatform.core.errors import Refusal
from mlplatform.core.statement import RETRY
from mlplatform.flow.check.run_check import load_repository
from mlplatform.flow.promotion.proposals import ProposalRequest, propose_promote
from mlplatform.flow.rollback.propose_rollback import propose_rollback
from mlplatform.flow.rollback.retry import lift_hold
from tests.support.laboratory import SCALER, Laboratory
from tests.support.survival import Run, end_state, points_of, uninterrupted
from tests.support.traffic import Traffic

VERSIONS = ["1.1.0", "1.2.0"]
BROKEN = [f"2.{minor}.0" for minor in range(1, 31)]


def test_a_version_that_fails_is_put_on_hold_wherever_the_run_is_killed(
    lab: Laboratory, run: Run, traffic: Traffic
) -> None:
    previous, champion = so_far = VERSIONS
    lab.pin("production", champion)
    run("")
    lab.pin("production", BROKEN[0])
    passed = run("")
    assert passed["status"] == 1
    assert end_state(lab) == uninterrupted(lab, champion, previous, so_far, BROKEN[:1])
    points = [point for point in points_of(passed) if "rename" not in point and "replace" not in point]
    assert len(points) < len(BROKEN)
    for at, (point, bad) in enumerate(zip(points, BROKEN[1:], strict=False), start=2):
        lab.pin("production", bad)
        traffic.answers.clear()
        assert run(point)["status"] == -9, f"the run was not killed {point}"
        assert run("")["status"] == 1, f"the version was not on hold after a kill {point}"
        assert end_state(lab) == uninterrupted(lab, champion, previous, so_far, BROKEN[:at]), point
        traffic.wait_for(champion, 1)
        assert set(traffic.answers) == {champion}, f"a wrong version answered after a kill {point}"
    assert traffic.failures == []


def test_a_version_on_hold_is_not_tried_again_and_nothing_is_written(lab: Laboratory, run: Run) -> None:
    tip = lab.ledger().tip()
    passed = run("")
    assert (passed["status"], passed["points"]) == (1, [])
    assert lab.ledger().tip() == tip


def test_the_revert_of_what_failed_is_proposed_on_a_branch(lab: Laboratory) -> None:
    champion = end_state(lab)["aliases"]["champion"]
    branches = lab.place.git.run("branch", "--list", "rollback/*", "--format=%(refname:short)").decode()
    assert f"rollback/production/lab.scaler-{champion}" in branches.split()


def test_nobody_proposes_a_version_on_hold_again_before_the_hold_is_lifted(lab: Laboratory) -> None:
    lab.pin("integration", BROKEN[0])
    asked = ProposalRequest("production", SCALER, "main", "")
    with pytest.raises(Refusal, match=f"{BROKEN[0]} is on hold in production since .*probe"):
        propose_promote(lab.place, asked)
    with pytest.raises(Refusal, match=f"{BROKEN[0]} is on hold in production"):
        propose_rollback(lab.place, asked, BROKEN[0])
    assert propose_rollback(lab.place, asked, None).branch.endswith(VERSIONS[-1])


def test_a_hold_that_is_lifted_is_tried_again_and_set_again_when_it_fails_again(
    lab: Laboratory, run: Run
) -> None:
    held = end_state(lab)["held"]
    repository = load_repository(lab.place.git, "HEAD")
    with pytest.raises(Refusal, match=r"several versions .* are on hold"):
        lift_hold(lab.place, replace(repository, deployments={}), "production", SCALER, None, "")
    with pytest.raises(Refusal, match=r"9\.9\.9 is not on hold in production"):
        lift_hold(lab.place, repository, "production", SCALER, "9.9.9", "")
    lab.pin("production", held[0])
    assert run("")["status"] == 1, "a hold counts for the same documents, however often they come back"
    tip = lab.ledger().tip()
    repository = load_repository(lab.place.git, "HEAD")
    lift_hold(lab.place, repository, "production", SCALER, held[0], "the probe was wrong")
    assert held[0] not in end_state(lab)["held"]
    assert run("")["status"] == 1
    assert end_state(lab)["held"] == held
    said = (record.statement for record in lab.ledger().newest_first())
    lifted = [one.predicate["reason"] for one in said if one.predicate_type == RETRY]
    assert lifted == ["the probe was wrong"]
    assert lab.ledger().tip() != tip
