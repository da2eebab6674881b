"""A changed incident is compared with main: its changes, and what and whom it names."""

from pathlib import Path

import pytest

from mlplatform.core.finding import Finding
from mlplatform.flow.check.run_check import CheckOptions, check_change
from mlplatform.providers.git import Git
from tests.support.repository import good_repository
from tests.support.scratch import Scratch, isolate, scratch

PATH = "incidents/2026-11-30-wrong-scores.yaml"
INCIDENT = """\
schema: incident/v1
severity: P1
title: Wrong scores
detected: 2026-11-30T10:00:00Z
declared: 2026-11-30T10:04:00Z
commander: linus
tenants: [reading]
models: [reading/recommender]
environments: [production]
"""


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scratch:
    isolate(monkeypatch, tmp_path / "home")
    files = good_repository()
    platform = files["platform.yaml"].replace("ownedPaths: [", "ownedPaths: [incidents/, ")
    return scratch(tmp_path / "repository", {**files, "platform.yaml": platform})


def findings(repo: Scratch, text: str, git: Git | None = None) -> list[Finding]:
    """Return the errors of a change that writes this incident on top of main."""
    base = repo.head()
    repo.run("switch", "-q", "-C", "change")
    head = repo.commit({PATH: text})
    repo.run("switch", "-q", "main")
    checked = check_change(git or repo.git, base, head, CheckOptions(scanner=False))
    return [finding for finding in checked.findings if finding.is_error]


def test_a_change_of_main_may_be_linked_and_a_commit_of_a_merged_branch_may_not(repo: Scratch) -> None:
    repo.run("switch", "-q", "-C", "feature")
    of_branch = repo.commit({"README.md": "more\n"})
    repo.run("switch", "-q", "main")
    repo.run("merge", "-q", "--no-ff", "-m", "merge", "feature")
    assert findings(repo, f"{INCIDENT}changes: [{repo.head()}]\n") == []
    (finding,) = findings(repo, f"{INCIDENT}changes:\n  - {repo.head()}\n  - {of_branch}\n")
    assert (finding.rule, finding.line) == ("incident-changes", 12)
    assert of_branch in finding.message


def test_what_is_not_there_is_named_at_its_place(repo: Scratch) -> None:
    text = INCIDENT.replace("reading/recommender", "reading/recommender, reading/gone")
    text = text.replace("[production]", "[produktion]")
    text += "actions: [{what: A test, owner: mallory, due: 2026-12-24}]\n"
    assert [(each.rule, each.line, each.message) for each in findings(repo, text)] == [
        ("incident-names", 8, "there is not the model reading/gone"),
        ("incident-names", 9, "there is not the environment produktion"),
        ("incident-names", 10, "there is not a person called mallory"),
    ]


def test_what_an_old_incident_names_may_have_gone(repo: Scratch) -> None:
    old = INCIDENT.replace("[reading]", "[reading, gone]").replace("linus", "left")
    repo.commit({PATH: old})
    assert findings(repo, f"{old}mitigated: 2026-11-30T11:00:00Z\n") == []
