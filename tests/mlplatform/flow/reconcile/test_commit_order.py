"""Which commits may be applied after which, and which ledger says what was applied last."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mlplatform.core.applied import Applied, last_applied
from mlplatform.core.errors import Refusal
from mlplatform.core.naming import Kind
from mlplatform.core.records.statement import Statement
from mlplatform.flow.lacking_commits import lacking_commits
from mlplatform.flow.ledger_queries import statements
from mlplatform.flow.reconcile.commit_order import require_merged, require_newer, why_not_applied
from mlplatform.providers.git import Git
from mlplatform.record.ledger import local_ledger, shared_ledger
from tests.support.laboratory import Laboratory, laboratory, run_git
from tests.support.records import apply_record
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
    return apply_record(commit=commit, **said)


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
        with pytest.raises(Refusal, match=f"rolled back from {third[:12]}, and {commit[:12]} is not newer"):
            require_newer(git, commit, "production", known)


def test_an_apply_of_nothing_counts_too(commits: tuple[Git, list[str]]) -> None:
    git, (first, second, *_) = commits
    with pytest.raises(Refusal, match="does not contain"):
        require_newer(git, first, "production", (applied(second),))


def test_what_people_went_back_from_may_be_tried_again_on_purpose(commits: tuple[Git, list[str]]) -> None:
    git, (first, second, third, _) = commits
    known = (applied(first), applied(third), applied(first, goingBack="it was wrong"))
    require_newer(git, third, "production", known, again=True)
    with pytest.raises(Refusal, match="is not newer"):
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


def test_what_a_commit_lacks_is_named_with_its_number(commits: tuple[Git, list[str]]) -> None:
    git, (first, second, third, fourth) = commits
    assert lacking_commits(git, third, "production", (applied(second),)) == ""
    assert lacking_commits(git, third, "production", ()) == ""
    assert lacking_commits(git, first, "production", (applied(third),)) == (
        f"the branch at {first[:12]} lacks 2 commits that production runs: {third[:12]}, {second[:12]}"
    )
    assert "lacks 1 commit that production runs" in lacking_commits(
        git, third, "production", (applied(fourth),)
    )
    assert f"lacks {'a' * 12}, which production runs and this clone does not have" in lacking_commits(
        git, third, "production", (applied("a" * 40),)
    )
    with pytest.raises(Refusal, match=r"lacks 2 commits that production runs") as refused:
        require_newer(git, first, "production", (applied(third),))
    assert "--rev main" in refused.value.fix


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
