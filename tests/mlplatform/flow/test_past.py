"""What a run may apply after what was applied before, and what a proposal knows of other machines."""

from dataclasses import replace
from pathlib import Path

import pytest

from mlplatform.core.errors import Refusal
from mlplatform.core.hold import Hold, hold_statement
from mlplatform.core.statement import Statement, deployment_statement
from mlplatform.flow.past import require_newer
from mlplatform.flow.propose import Asked, propose_promote
from mlplatform.providers.git import Git
from mlplatform.record.ledger import shared_ledger
from tests.support.laboratory import SCALER, Laboratory, laboratory, run_git
from tests.support.values import ENVIRONMENTS, environment


@pytest.fixture
def commits(tmp_path: Path) -> tuple[Git, list[str]]:
    """Four commits in a row."""
    run_git(tmp_path, "init", "-q", "-b", "main")
    git = Git(tmp_path)
    found = []
    for number in range(4):
        identity = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")
        run_git(tmp_path, *identity, "commit", "-q", "--allow-empty", "-m", str(number))
        found.append(git.resolve("HEAD"))
    return git, found


def applied(commit: str, **said: str) -> Statement:
    return deployment_statement({"environment": "production", "commit": commit, **said}, ())


def test_a_commit_passes_that_contains_the_one_applied_last(commits: tuple[Git, list[str]]) -> None:
    git, (first, second, third, _) = commits
    known = (applied(first), applied(second))
    require_newer(git, second, "production", known)
    require_newer(git, third, "production", known)
    with pytest.raises(Refusal, match=f"{first[:12]} does not contain {second[:12]}"):
        require_newer(git, first, "production", known)


def test_after_going_back_only_what_is_newer_than_what_was_left_passes(
    commits: tuple[Git, list[str]],
) -> None:
    git, (first, second, third, fourth) = commits
    known = (applied(first), applied(third), applied(first, goingBack="it was wrong"))
    require_newer(git, first, "production", known)
    require_newer(git, fourth, "production", known)
    for commit in (second, third):
        with pytest.raises(Refusal, match=f"taken back from {third[:12]}, and {commit[:12]} is not newer"):
            require_newer(git, commit, "production", known)


def test_an_apply_of_nothing_counts_too(commits: tuple[Git, list[str]]) -> None:
    git, (first, second, *_) = commits
    with pytest.raises(Refusal, match="does not contain"):
        require_newer(git, first, "production", (applied(second),))


@pytest.fixture
def lab(tmp_path: Path) -> Laboratory:
    """Environments that other machines reach too; their registry is never asked here."""
    made = laboratory(tmp_path / "lab", ["1.0.0", "1.1.0"])
    shared = {name: environment(order) for order, name in enumerate(ENVIRONMENTS, start=1)}
    for name, said in shared.items():
        said["registry"] = {"provider": "mlflow", "uri": "https://mlflow.example.com", "prefix": f"{name}."}
    made.commit({f"environments/{name}/environment.yaml": said for name, said in shared.items()}, "shared")
    made.pin("production", "1.0.0")
    made.pin("integration", "1.1.0")
    run_git(tmp_path, "clone", "-q", "--bare", str(tmp_path / "lab"), "remote.git")
    run_git(made.place.git.root, "remote", "add", "origin", str(tmp_path / "remote.git"))
    return replace(made, shared="https://mlflow.example.com")


def test_nobody_proposes_what_failed_on_another_machine(lab: Laboratory, tmp_path: Path) -> None:
    run_git(tmp_path, "clone", "-q", str(tmp_path / "remote.git"), "other")
    hold = Hold(
        "production", SCALER, "1.1.0", lab.payloads["1.1.0"].digest, "", {"champion": "1.0.0"}, "it broke", ""
    )
    shared_ledger(Git(tmp_path / "other"), "origin").append(hold_statement(hold, fence=1))
    asked = Asked("production", SCALER, "main", "")
    with pytest.raises(Refusal, match=r"1\.1\.0 is on hold in production since .*: it broke"):
        propose_promote(lab.place, asked)


def test_a_proposal_is_refused_while_nobody_can_say_what_is_on_hold(lab: Laboratory, tmp_path: Path) -> None:
    (tmp_path / "remote.git").rename(tmp_path / "elsewhere.git")
    with pytest.raises(Refusal, match="the remote origin cannot be reached"):
        propose_promote(lab.place, Asked("production", SCALER, "main", ""))
