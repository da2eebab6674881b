"""Commands that propose a change say what the check will say of it, before anybody reviews it."""

import json
from pathlib import Path
from typing import Any

import pytest

from mlplatform.cli.main import main
from tests.support.repository import good_repository, with_change
from tests.support.scratch import Scratch, isolate, scratch

PROMOTE = ("promote", "reading/recommender", "--to", "production")
BRANCH = "promote/production/reading.recommender-1.1.0"
INTEGRATION = "environments/integration/reading/recommender.yaml"


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scratch:
    isolate(monkeypatch, tmp_path / "home")
    made = scratch(tmp_path / "repository", good_repository())
    monkeypatch.chdir(made.root)
    return made


def run(*args: str) -> int:
    try:
        main(list(args))
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def worse_in_integration(repo: Scratch) -> None:
    """Commit metrics that the gate of production does not let through."""
    repo.commit(with_change(good_repository(), INTEGRATION, "auc: 0.93", "auc: 0.81"))


def test_missing_approvals_are_what_it_still_needs_and_no_failure(
    repo: Scratch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*PROMOTE) == 0
    printed = capsys.readouterr().out
    assert "still needs review: 2 more approvals" in printed
    assert "denies" not in printed
    assert printed.endswith("once it is merged: platform apply --env production\n")


def test_where_reviews_are_signed_the_commands_that_come_next_are_printed(
    repo: Scratch, capsys: pytest.CaptureFixture[str]
) -> None:
    repo.commit({"platform.yaml": repo.read("platform.yaml") + "gitHost: {provider: signed}\n"})
    assert run(*PROMOTE) == 0
    *_, review, merge, apply = capsys.readouterr().out.splitlines()
    assert review == f"  each of them: platform review {BRANCH} --approve"
    assert merge == f"  then: platform merge {BRANCH}"
    assert apply == "  once it is merged: platform apply --env production"


def test_an_incident_is_opened_and_brought_up_to_date_on_branches(
    repo: Scratch, capsys: pytest.CaptureFixture[str]
) -> None:
    repo.commit(
        {"platform.yaml": repo.read("platform.yaml").replace("ownedPaths: [", "ownedPaths: [incidents/, ")}
    )
    opened = (
        "--severity",
        "P1",
        "--title",
        "Wrong scores",
        "--model",
        "reading/recommender",
        "--commander",
        "ada",
    )
    assert run("incident", "open", *opened) == 0
    branch = next(branch for branch in repo.branches() if branch.startswith("incident/"))
    name = branch.removeprefix("incident/")
    assert "still needs review: 1 more approval" in capsys.readouterr().out
    assert run("incident", "update", name, "--base", branch, "--mitigated", "now", "--change", "main") == 0
    assert run("incident", "list", "--rev", f"{branch}.mitigated-changes", "--json") == 0
    printed = capsys.readouterr().out
    (incident,) = json.loads(printed[printed.index("{") :])["incidents"]
    assert (incident["name"], incident["state"], incident["changes"]) == (name, "mitigated", [repo.head()])
    assert run("incident", "update", name) == 1
    assert "nothing to change is named" in capsys.readouterr().err


def test_without_credentials_nothing_is_opened_and_no_branch_is_left(
    repo: Scratch, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("GITHUB_TOKEN", raising=False)
    host = "gitHost: {provider: github, repository: acme/ml, verdictApp: 1, ledgerApp: 2}\n"
    repo.commit({"platform.yaml": repo.read("platform.yaml") + host})
    assert run(*PROMOTE, "--open") == 1
    assert "GITHUB_TOKEN" in capsys.readouterr().err
    assert BRANCH not in repo.branches()


def test_what_will_be_denied_is_printed_the_branch_stays_and_it_is_exit_1(
    repo: Scratch, capsys: pytest.CaptureFixture[str]
) -> None:
    worse_in_integration(repo)
    assert run(*PROMOTE) == 1
    printed = capsys.readouterr().out
    assert "the check denies it:" in printed
    assert "auc" in printed
    assert "once it is merged" not in printed
    assert repo.run("rev-parse", "--verify", BRANCH)


def test_json_has_the_findings_of_the_check(repo: Scratch, capsys: pytest.CaptureFixture[str]) -> None:
    worse_in_integration(repo)
    assert run(*PROMOTE, "--json") == 1
    printed: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert printed["branch"] == BRANCH
    assert any("auc" in finding["message"] for finding in printed["check"]["findings"])
    assert printed["check"]["missingApprovals"]


def test_a_new_document_says_in_a_line_that_it_holds_placeholders(
    repo: Scratch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("new", "dataset", "reading/notes") == 0
    printed = capsys.readouterr().out
    assert printed.count("placeholders") == 1
    assert "[schema-placeholder]" not in printed
    assert "platform check --base main --head new/dataset/reading.notes" in printed
    assert run("check", "--base", "main", "--head", "new/dataset/reading.notes") == 1
