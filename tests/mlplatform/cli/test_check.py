"""platform check: what it is asked, what it prints, and how it ends."""

import json
import shutil
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from mlplatform.cli.main import main
from tests.support.odd_opa import Between, says, serving
from tests.support.repository import NEW, OLD, good_repository, with_change
from tests.support.scratch import Scratch, isolate, scratch

TENANT = "tenants/reading/tenant.yaml"
PRODUCTION = "environments/production/reading/recommender.yaml"
FORMATS = ("text", "json", "github", "sarif", "junit", "markdown")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scratch:
    isolate(monkeypatch, tmp_path / "home")
    made = scratch(tmp_path / "repository", good_repository())
    monkeypatch.chdir(made.root)
    return made


def ended(*args: str) -> int:
    try:
        main(["check", *args])
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def breaks(form: str, out: str) -> bool:
    """Whether the report, read as what it says it is, says that there is an unknown key in the tenant."""
    match form:
        case "json":
            return any(found["path"] == TENANT for found in json.loads(out)["findings"])
        case "sarif":
            uris = json.dumps([result["locations"] for result in json.loads(out)["runs"][0]["results"]])
            return TENANT in uris
        case "junit":
            failures = ElementTree.fromstring(out).iter("failure")  # noqa: S314 (it is ours)
            return any(TENANT in failure.attrib["message"] for failure in failures)
        case "github":
            return f"::error file={TENANT}" in out
        case "markdown":
            return out.startswith("## ❌") and f"`{TENANT}:" in out
        case _:
            return f"{TENANT}:" in out


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_tells_an_error_and_is_exit_1(
    place: Scratch, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    assert ended("--format", form) == 0
    assert not breaks(form, capsys.readouterr().out)
    place.write(TENANT, place.read(TENANT) + "pi_i: true\n")
    assert ended("--format", form) == 1
    assert breaks(form, capsys.readouterr().out)


def test_a_change_is_told_as_markdown_with_its_version_from_and_to(
    place: Scratch, capsys: pytest.CaptureFixture[str]
) -> None:
    files = with_change(good_repository(), PRODUCTION, OLD, NEW)
    place.commit(with_change(files, PRODUCTION, "version: 1.0.0", "version: 1.1.0"))
    ended("--base", "HEAD^", "--head", "HEAD", "--format", "markdown")
    said = capsys.readouterr().out
    assert "| `production` | `reading/recommender` | changed | `1.0.0` → `1.1.0` |" in said


@pytest.mark.parametrize("form", FORMATS)
def test_a_refusal_prints_no_half_report_and_says_why(
    place: Scratch, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    assert ended("--base", "nowhere", "--format", form) == 1
    said = capsys.readouterr()
    assert said.err.startswith("error: ")
    assert "nowhere" in said.err
    assert ("nowhere" in json.loads(said.out)["error"]["message"]) if form == "json" else said.out == ""


@pytest.mark.parametrize(
    ("args", "why"),
    [
        (["--approvals", "a.json"], "--approvals needs --base and --head"),
        (["--approvals", "a.json", "--base", "HEAD"], "--approvals needs --base and --head"),
        (["--approvals", "a.json", "--head", "HEAD"], "--approvals needs --base and --head"),
        (["--all", "--fast"], "choose one"),
        (["--json", "--format", "sarif"], "choose one format"),
        (["--format", "html"], "html"),
        (["--engine", "other"], "other"),
    ],
)
def test_a_contradiction_is_wrong_usage(
    capsys: pytest.CaptureFixture[str], args: list[str], why: str
) -> None:
    assert ended(*args) == 2
    said = capsys.readouterr()
    assert why in said.err
    assert said.out == ""


def test_an_approvals_file_that_is_not_there_is_refused(
    place: Scratch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ended("--base", "HEAD", "--head", "HEAD", "--approvals", "nowhere.json") == 1
    said = capsys.readouterr()
    assert "nowhere.json" in said.err
    assert said.out == ""


def test_json_and_format_json_are_the_same(place: Scratch, capsys: pytest.CaptureFixture[str]) -> None:
    assert ended("--json") == 0
    first = capsys.readouterr().out
    assert ended("--format", "json", "--json") == 0
    assert capsys.readouterr().out == first


def test_an_opa_server_that_is_down_is_an_error_that_names_it(
    place: Scratch, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with Between(None) as server:
        monkeypatch.setenv("OPA_URL", server.url)
    assert ended("--json") == 1
    assert are_unanswered(json.loads(capsys.readouterr().out), f"{server.url} cannot be reached")


@pytest.mark.parametrize("form", FORMATS)
def test_an_opa_server_that_is_down_is_no_fault_of_ours(
    place: Scratch, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    with Between(None) as server:
        monkeypatch.setenv("OPA_URL", server.url)
    assert ended("--format", form) == 1
    said = capsys.readouterr()
    assert said.err == ""
    assert "cannot be reached" in said.out
    assert "unset OPA" in said.out


def test_an_opa_server_that_answers_garbage_is_an_error_that_names_it(
    place: Scratch, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(Between(None)) as server:
        server.answer = says(200, b"<html>hello</html>")
        monkeypatch.setenv("OPA_URL", server.url)
        assert ended("--json") == 1
    said = json.loads(capsys.readouterr().out)
    assert are_unanswered(said, f"{server.url} answers what no OPA server would")


def are_unanswered(said: dict[str, Any], cause: str) -> bool:
    """Whether nothing was judged, the tenant neither, for this cause."""
    found = said["findings"]
    return TENANT in {finding["path"] for finding in found} and all(
        finding["rule"] == "policy-unanswered"
        and cause in finding["message"]
        and "see that the server answers" in finding["fix"]
        for finding in found
    )


def test_no_opa_program_is_an_error_that_says_how_to_get_one(
    place: Scratch, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    git = shutil.which("git")
    assert git
    (place.root.parent / "bin").mkdir()
    (place.root.parent / "bin/git").symlink_to(git)
    monkeypatch.setenv("PATH", str(place.root.parent / "bin"))
    monkeypatch.delenv("OPA_URL", raising=False)
    assert ended("--engine", "opa") == 1
    assert "there is no program opa on PATH: install it" in capsys.readouterr().out
