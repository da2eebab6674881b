"""`platform forge setup` and `platform forge controls`, against a small GitHub."""

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mlplatform.cli.main import main
from mlplatform.core.records.controls import ControlsPredicate
from mlplatform.providers.forge.github.github_controls import connect_controls
from mlplatform.providers.git import Git
from mlplatform.record.ledger import shared_ledger
from tests.support.github import BAD_GATEWAY, GitHubServer, running_github
from tests.support.github_controls import RepositoryControls
from tests.support.github_description import description
from tests.support.repository import good_repository
from tests.support.scratch import Scratch, isolate, scratch

TOKEN = "ghp_" + "16C7e42F292c6912E7710c838347Ae178B4a"
PROTECTION = "protection: {approvals: 2}"
LEDGER_APP = 4243


@dataclass
class Company:
    """A clone, its origin with the stand-in of GitHub, and what the commands printed."""

    clone: Scratch
    server: GitHubServer
    capsys: pytest.CaptureFixture[str]

    @property
    def controls(self) -> RepositoryControls:
        return self.server.state.controls

    def run(self, *args: str) -> tuple[int, str]:
        """Return the exit code of a command of `platform forge`, and what it printed."""
        try:
            main(["forge", *args])
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
        printed = self.capsys.readouterr()
        return code, printed.out + printed.err

    def records(self) -> list[dict[str, Any]]:
        """Return the predicates of the records on the ledger, the oldest first."""
        ledger = shared_ledger(Git(self.clone.root), "origin")
        ledger.sync()
        statements = [record.statement for record in ledger.newest_first()]
        assert all(isinstance(statement.predicate, ControlsPredicate) for statement in statements)
        return [statement.as_json()["predicate"] for statement in reversed(statements)]


def files(git_host: str) -> dict[str, str]:
    documents = good_repository()
    return {**documents, "platform.yaml": f"{documents['platform.yaml']}gitHost: {git_host}\n"}


@pytest.fixture
def company(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Company]:
    description()  # from the cache of whoever runs this
    isolate(monkeypatch, tmp_path / "home")
    for name in ("PLATFORM_APP_ID", "PLATFORM_APP_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    bare = tmp_path / "bare"
    subprocess.run(["git", "init", "-q", "--bare", "--initial-branch=main", bare], check=True)
    with running_github(bare) as server:
        server.state.account("platform-robot")
        server.state.tokens[TOKEN] = "platform-robot"
        apps = f"verdictApp: 4242, ledgerApp: {LEDGER_APP}"
        settings = f"provider: github, repository: acme/ml, api: '{server.url}', {apps}"
        clone = scratch(tmp_path / "clone", files(f"{{{settings}, {PROTECTION}}}"))
        clone.run("remote", "add", "origin", str(bare))
        clone.run("push", "--quiet", "origin", "main")
        monkeypatch.chdir(clone.root)
        yield Company(clone, server, capsys)


def test_setup_shows_what_differs_and_changes_nothing_until_it_is_told_to(company: Company) -> None:
    code, printed = company.run("setup")
    assert code == 1
    assert "✗ ruleset `platform: main` is missing" in printed
    assert "acme/ml: 13 differences from what main declares" in printed
    assert company.server.asked("^(POST|PUT|PATCH|DELETE)") == 0

    code, printed = company.run("setup", "--apply")
    assert code == 0
    assert "✓ ruleset `platform: main`" in printed
    assert "✓ environment `integration`" in printed
    assert printed.endswith("acme/ml: no differences left\n")


def test_a_second_setup_changes_nothing_and_controls_are_clean_then(company: Company) -> None:
    company.run("setup", "--apply")
    asked = len(company.server.requests)
    assert company.run("setup", "--apply") == (0, "acme/ml: no differences left\n")
    head = company.clone.head()
    assert company.run("controls") == (0, f"acme/ml: no differences from what main declares at {head[:12]}\n")
    assert {request.split(" ")[0] for request in company.server.requests[asked:]} == {"GET"}
    (record,) = company.records()
    assert (record["repository"], record["commit"], record["differences"]) == ("acme/ml", head, [])
    assert "cause" not in record


def test_a_control_switched_off_between_two_days_is_on_the_ledger(company: Company) -> None:
    company.run("setup", "--apply")
    company.run("controls")
    company.controls.named("platform: main")["enforcement"] = "disabled"
    code, printed = company.run("controls")
    assert code == 1
    assert "✗ ruleset `platform: main`: enforcement is disabled (declared: active)" in printed
    company.controls.named("platform: main")["enforcement"] = "active"
    assert company.run("controls")[0] == 0
    before, off, after = company.records()
    assert [len(record["differences"]) for record in (before, off, after)] == [0, 1, 0]
    assert off["differences"][0] == {
        "control": "ruleset `platform: main`",
        "setting": "enforcement",
        "declared": "active",
        "inForce": "disabled",
        "hidden": False,
    }
    assert off["inForce"]["rulesets"]["platform: main"]["enforcement"] == "disabled"
    assert before["digest"] == off["digest"] == after["digest"]


def test_a_github_that_is_down_is_recorded_as_unknown_with_the_cause(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(connect_controls.__kwdefaults__, "seconds", 1.0)
    company.server.fail(BAD_GATEWAY, ".*", -1)
    code, printed = company.run("controls")
    assert code == 1
    assert "the controls of acme/ml are unknown: GitHub did not answer in" in printed
    (record,) = company.records()
    assert record["inForce"] == "unknown"
    assert "it answers 502" in record["cause"]
    assert record["digest"].startswith("sha256:")


def test_missing_credentials_are_recorded_as_unknown_too(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GITHUB_TOKEN")
    assert company.run("controls")[0] == 1
    (record,) = company.records()
    assert (record["inForce"], "no credentials" in record["cause"]) == ("unknown", True)


def test_a_permission_that_is_missing_is_named(company: Company) -> None:
    company.controls.denied = {"administration=read"}
    code, printed = company.run("controls", "--json", "--no-record")
    assert code == 1
    error = json.loads(printed)["error"]
    assert "it needs the permission Administration: read on acme/ml" in error["message"]
    assert company.records() == []
    code, printed = company.run("setup")
    assert (code, "needs the permission Administration: read" in printed) == (1, True)


def test_what_cannot_be_changed_is_named_and_the_rest_is_changed(company: Company) -> None:
    company.controls.not_installed = LEDGER_APP
    code, printed = company.run("setup", "--apply", "--json")
    assert code == 1
    result = json.loads(printed)
    assert [each["control"] for each in result["remaining"]] == ["ruleset `platform: evidence writer`"]
    refusal = result["refused"]["ruleset `platform: evidence writer`"]
    assert "gitHost.ledgerApp" in refusal["fix"]
    assert "cannot be changed: GitHub does not let App" in company.run("setup", "--apply")[1]


def test_the_settings_are_those_of_main_of_origin_and_not_of_the_branch_one_is_on(company: Company) -> None:
    company.run("setup", "--apply")
    company.clone.run("switch", "--quiet", "--create", "weaker")
    text = company.clone.read("platform.yaml")
    company.clone.commit({"platform.yaml": text.replace("approvals: 2", "approvals: 0")})
    company.clone.run("branch", "--force", "main", "weaker")
    rules = company.controls.named("platform: main")["rules"]
    (pull_request,) = [rule["parameters"] for rule in rules if rule["type"] == "pull_request"]
    assert pull_request["required_approving_review_count"] == 2
    pull_request["required_approving_review_count"] = 1
    assert company.run("controls")[0] == 1


@pytest.mark.parametrize("command", ["setup", "controls"])
@pytest.mark.parametrize(
    ("git_host", "message"),
    [
        ("{provider: signed}", "what protects main there is who may push to it"),
        ("null", "platform.yaml names no Git host"),
    ],
)
def test_without_github_there_is_nothing_to_set_up(
    company: Company, command: str, git_host: str, message: str
) -> None:
    company.clone.commit(files(git_host))
    company.clone.run("push", "--quiet", "origin", "main")
    code, printed = company.run(command)
    assert (code, message in printed) == (1, True)
    assert (company.server.requests, company.records()) == ([], [])
