"""What a run may apply after what was applied before, and what a proposal knows of other machines."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mlplatform.core.errors import Refusal
from mlplatform.core.hold import Hold, hold_statement
from mlplatform.core.naming import Kind
from mlplatform.core.statement import Applied, Statement, deployment_statement, last_applied
from mlplatform.flow.check.run_check import load_repository
from mlplatform.flow.ledger_queries import (
    holds_in,
    require_merged,
    require_newer,
    statements,
    why_not_applied,
)
from mlplatform.flow.promotion.proposals import ProposalRequest, propose_promote
from mlplatform.flow.rollback.retry import lift
from mlplatform.providers.git import Git
from mlplatform.record.ledger import local_ledger, shared_ledger
from tests.support.laboratory import SCALER, Laboratory, laboratory, run_git
from tests.support.values import ENVIRONMENTS, document, environment


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


def test_what_people_went_back_from_may_be_tried_again_on_purpose(commits: tuple[Git, list[str]]) -> None:
    git, (first, second, third, _) = commits
    known = (applied(first), applied(third), applied(first, goingBack="it was wrong"))
    require_newer(git, third, "production", known, again=True)
    with pytest.raises(Refusal, match="is not newer than that"):
        require_newer(git, second, "production", known, again=True)


def test_a_plan_can_say_why_an_apply_would_refuse_its_commit(tmp_path: Path) -> None:
    lab = laboratory(tmp_path / "lab", ["1.0.0"])
    older, newer = lab.place.git.resolve("HEAD"), lab.pin("production", "1.0.0")
    _, local = (document(Kind.ENVIRONMENT, "production", said).body for said in settings())
    lab.ledger().append(applied(newer))
    assert why_not_applied(lab.place, local, newer, "production") == ""
    assert f"{older[:12]} does not contain {newer[:12]}" in why_not_applied(
        lab.place, local, older, "production"
    )


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
    asked = ProposalRequest("production", SCALER, "main", "")
    with pytest.raises(Refusal, match=r"1\.1\.0 is on hold in production since .*: it broke"):
        propose_promote(lab.place, asked)


def test_a_proposal_is_refused_while_nobody_can_say_what_is_on_hold(lab: Laboratory, tmp_path: Path) -> None:
    (tmp_path / "remote.git").rename(tmp_path / "elsewhere.git")
    with pytest.raises(Refusal, match="the remote origin cannot be reached"):
        propose_promote(lab.place, ProposalRequest("production", SCALER, "main", ""))


def test_what_failed_where_it_ran_before_is_not_promoted_from_there(tmp_path: Path) -> None:
    lab = laboratory(tmp_path / "lab", ["1.0.0", "1.1.0"])
    lab.pin("production", "1.0.0")
    lab.pin("integration", "1.1.0")
    asked = ProposalRequest("production", SCALER, "main", "")
    assert propose_promote(lab.place, asked).pinned
    hold = Hold(
        "integration",
        SCALER,
        "1.1.0",
        lab.payloads["1.1.0"].digest,
        "",
        {"champion": "1.0.0"},
        "it broke",
        "",
    )
    lab.ledger().append(hold_statement(hold, fence=0))
    with pytest.raises(Refusal, match=r"1\.1\.0 is on hold in integration since .*: it broke"):
        propose_promote(lab.place, asked)


def test_only_what_is_on_the_remotes_main_branch_is_applied_where_others_are_served(lab: Laboratory) -> None:
    merged = lab.place.git.resolve("HEAD")
    require_merged(lab.place, merged)
    require_merged(lab.place, lab.place.git.resolve("HEAD~1"))
    run_git(lab.place.git.root, "commit", "-q", "--allow-empty", "-m", "mine alone")
    with pytest.raises(Refusal, match="is not on main of origin") as refused:
        require_merged(lab.place, lab.place.git.resolve("HEAD"))
    assert refused.value.fix == "merge it, or push main"


def test_the_present_ledger_of_an_environment_has_the_last_word(lab: Laboratory) -> None:
    shared = shared_ledger(lab.place.git, "origin")
    local = local_ledger(lab.place.git, lab.place.target_id())
    local.append(applied("a" * 40))
    shared.append(applied("b" * 40))
    now, before = (document(Kind.ENVIRONMENT, "production", said).body for said in settings())
    assert last_applied(statements(lab.place, now), "production") == Applied("b" * 40)
    assert last_applied(statements(lab.place, before), "production") == Applied("a" * 40)


def settings() -> tuple[dict[str, Any], dict[str, Any]]:
    """Of a shared production, and of a local one."""
    shared = environment(3)
    shared["registry"] = {"provider": "mlflow", "uri": "https://mlflow.example.com", "prefix": "production."}
    return shared, environment(3)


def test_a_hold_is_lifted_from_what_is_pinned_and_stays_where_nothing_could_be_applied(
    tmp_path: Path,
) -> None:
    lab = laboratory(tmp_path / "lab", ["1.0.0", "1.1.0"])
    older = lab.place.git.resolve("HEAD")
    lab.pin("production", "1.1.0")
    for version in lab.payloads:
        held = Hold(
            "production",
            SCALER,
            version,
            lab.payloads[version].digest,
            "",
            {"champion": None},
            "it broke",
            "",
        )
        lab.ledger().append(hold_statement(held, fence=0))
    lab.ledger().append(applied(lab.place.git.resolve("HEAD")))
    with pytest.raises(Refusal, match="does not contain"):
        lift(lab.place, load_repository(lab.place.git, older), "production", SCALER, "1.0.0", "")
    assert len(holds_in(lab.place, "production")) == 2
    repository = load_repository(lab.place.git, "HEAD")
    assert lift(lab.place, repository, "production", SCALER, None, "").version == "1.1.0"
    assert [hold.version for hold in holds_in(lab.place, "production").values()] == ["1.0.0"]
