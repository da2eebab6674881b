"""Two reconcilers that start together never interleave; a late one undoes nothing; a dead server leaves what was."""

import os
import signal
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from mlplatform.cli.main import main
from mlplatform.core.errors import Refusal
from mlplatform.core.outcome import Result
from mlplatform.flow.check.run_check import load_repository
from mlplatform.flow.lineage.lineage import lineage_of
from mlplatform.flow.progress import SILENT
from mlplatform.flow.reconcile import execute
from mlplatform.flow.reconcile.planning import ApplyOptions
from mlplatform.flow.reconcile.reconcile import reconcile
from mlplatform.flow.rollback.retry import lift_hold
from mlplatform.flow.status import status
from mlplatform.local.stack import start_all, state
from mlplatform.providers.serving.interface import Candidate, Serving
from tests.support.laboratory import SCALER, Laboratory
from tests.support.survival import Run, applies, end_state, uninterrupted
from tests.support.traffic import Traffic

VERSIONS = ["1.1.0", "1.2.0", "1.3.0"]


@pytest.mark.exhaustive
def test_of_two_runs_that_start_together_one_does_the_work_and_none_harms(
    lab: Laboratory, run: Run, other_run: Run, traffic: Traffic
) -> None:
    old, new = VERSIONS[:2]
    lab.pin("production", new)
    assert run("")["status"] == 0
    with ThreadPoolExecutor(2) as both:
        for _ in range(20):
            old, new = new, old
            lab.pin("production", new)
            records = len(applies(lab))
            traffic.answers.clear()
            ends = [said["status"] for said in both.map(lambda ask: ask(""), (run, other_run))]
            assert sorted(ends) in ([0, 0], [0, 3]), "3: the lease is another run's"
            assert end_state(lab) == uninterrupted(lab, new, old, VERSIONS[:2], [])
            assert len(applies(lab)) == records + 1, "only one of them had anything to do"
            traffic.wait_for(new, 1)
            assert set(traffic.answers) <= {old, new}
    assert traffic.failures == []


def test_a_run_for_an_older_commit_is_refused_and_changes_nothing(lab: Laboratory, run: Run) -> None:
    older = lab.place.git.resolve("HEAD~1")
    before = end_state(lab)
    with pytest.raises(Refusal, match=r"does not contain .* which was applied to production last"):
        reconcile(lab.place, load_repository(lab.place.git, older), "production", SILENT)
    assert end_state(lab) == before


@pytest.mark.exhaustive
def test_on_an_older_branch_a_plan_is_refused_and_nothing_is_called_drifted(
    lab: Laboratory, run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    older = lab.place.git.resolve("HEAD~1")
    monkeypatch.chdir(lab.root)
    with pytest.raises(SystemExit) as planned:
        main(["plan", "--env", "production", "--rev", older])
    assert planned.value.code == 1
    assert "an apply would refuse this commit" in capsys.readouterr().err
    answer = status(lab.place, load_repository(lab.place.git, older))["production"][SCALER]
    assert answer.state == "Outdated"
    assert f"the branch at {older[:12]} lacks 1 commit that production runs" in answer.reason


@pytest.mark.exhaustive
def test_going_back_on_purpose_is_done_and_its_reason_is_on_record(lab: Laboratory, run: Run) -> None:
    lab.pin("production", VERSIONS[1])
    assert run("")["status"] == 0
    older = lab.place.git.resolve("HEAD~1")
    before = end_state(lab)["aliases"]["champion"]
    wanted = ApplyOptions(rollback_reason="the night shift asks for it")
    assert reconcile(lab.place, load_repository(lab.place.git, older), "production", SILENT, wanted).is_done
    assert end_state(lab)["aliases"]["previous"] == before
    said = applies(lab)[0]
    assert (said["goingBack"], said["commit"]) == ("the night shift asks for it", older)
    assert end_state(lab)["held"] == [before]
    found = lineage_of(lab.place, "HEAD", "production", SCALER)
    assert (found.version, found.since) == (before, None)
    assert found.answers
    assert (found.answers.version, found.answers.change) == (end_state(lab)["aliases"]["champion"], older)
    assert found.on_hold
    assert "rolled back to an earlier commit: the night shift" in found.on_hold
    assert run("")["status"] == 3, "what was gone back from comes again with no job that runs late"
    lab.pin("integration", VERSIONS[2])
    assert run("")["status"] == 0, "nor with what is merged next, whose own change is done"
    assert end_state(lab)["aliases"]["champion"] != before
    branches = lab.place.git.run("branch", "--list", "rollback/*", "--format=%(refname:short)").decode()
    assert f"rollback/production/lab.scaler-{end_state(lab)['aliases']['champion']}" in branches.split()
    repository = load_repository(lab.place.git, "HEAD")
    lift_hold(lab.place, repository, "production", SCALER, None, "the night shift was wrong")
    assert run("")["status"] == 0
    assert end_state(lab)["aliases"]["champion"] == before


class Dying:
    """A serving provider whose server dies between load and switch."""

    def __init__(self, serving: Serving, pids: Mapping[str, int]) -> None:
        self._serving, self._pids = serving, pids

    def __getattr__(self, name: str) -> Any:
        return getattr(self._serving, name)

    def probe(self, candidate: Candidate) -> None:
        os.kill(self._pids["triton"], signal.SIGKILL)
        self._serving.probe(candidate)


@pytest.mark.exhaustive
def test_a_server_that_dies_between_load_and_switch_leaves_the_routes_as_they_were(
    lab: Laboratory, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, pids = end_state(lab), state(lab.place.paths("production"))
    old, new = before["aliases"]["champion"], VERSIONS[2]
    lab.pin("production", new)
    with monkeypatch.context() as patched:
        real = execute.connect_serving
        patched.setattr(execute, "connect_serving", lambda *args: Dying(real(*args), pids))
        done = reconcile(lab.place, load_repository(lab.place.git, "HEAD"), "production", SILENT)
    results = {outcome.change.action.value: outcome.result for outcome in done.outcomes}
    assert results["probe"] is Result.FAILED
    assert {results["route"], results["champion"]} == {Result.NOT_ATTEMPTED}
    start_all(lab.place.target, ["production"])
    assert run("")["status"] == 1, "the version is on hold"
    after = end_state(lab)
    assert (after["aliases"], after["weights"]) == (before["aliases"], before["weights"])
    assert after["held"] == [new]
    assert (old, True) in after["loaded"]
