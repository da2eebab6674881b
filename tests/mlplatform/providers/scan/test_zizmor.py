"""zizmor judges workflows and actions; one that is missing, slow, crashing or babbling is never a pass."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from mlplatform.core.finding import Finding
from mlplatform.providers.scan import connect_scanner, process
from mlplatform.providers.scan.checks.zizmor_audits import AUDITS, BESIDES, NOT_ASKED
from mlplatform.providers.scan.interface import ScanError
from mlplatform.providers.scan.tree import TreeError, read_documents
from mlplatform.providers.scan.worker import zizmor
from mlplatform.providers.scan.zizmor import zizmor_findings
from tests.mlplatform.providers.scan.workflow_cases import (
    CHECKOUT,
    HARMLESS,
    PULL,
    REFUSED,
    TARGET,
    job,
    steps,
)

THEIRS = {name: case for name, case in REFUSED.items() if case[0].startswith("zizmor-")}
ODD = (
    "an answer with rights",  # a line that is indented less than its quote: YAML to us and not to zizmor
    "a number in an expression with braces",  # a text in an expression is obfuscation to zizmor
)
A, B = ".github/workflows/a.yml", ".github/workflows/b.yml"
GOOD = job("steps: [{run: ls}]", on=PULL)
BAD = job("steps: [{run: 'echo ${{ github.head_ref }}'}]", on=PULL)


def raw(texts: Mapping[str, str], folder: Path) -> dict[str, Any]:
    """Return what zizmor answers about these files."""
    for path, text in texts.items():
        file = folder / "zizmor" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    for name in ("home", "tmp"):
        (folder / name).mkdir(exist_ok=True)
    return zizmor.judge(folder / "zizmor", folder)


def judged(texts: Mapping[str, str], folder: Path) -> list[Finding]:
    """Return the findings in these files."""
    trees = {path: read_documents(text) for path, text in texts.items()}
    return list(zizmor_findings(raw(texts, folder), trees, texts))


def path_of(name: str) -> str:
    return f".github/workflows/{name.replace(' ', '-').replace(chr(39), '')}.yml"


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Iterable[Finding]:
    """What one run finds in every case."""
    texts = {name: text for name, (_, text) in THEIRS.items()} | {
        name: text for name, text in HARMLESS.items() if name not in ODD
    }
    return judged({path_of(name): text for name, text in texts.items()}, tmp_path_factory.mktemp("cases"))


@pytest.mark.parametrize("case", THEIRS)
def test_what_takes_over_a_workflow_is_refused(case: str, found: Iterable[Finding]) -> None:
    rule, _ = THEIRS[case]
    assert {finding.rule for finding in found if finding.path == path_of(case)} == {rule}


@pytest.mark.parametrize("case", [name for name in HARMLESS if name not in ODD])
def test_what_is_harmless_passes(case: str, found: Iterable[Finding]) -> None:
    assert [finding for finding in found if finding.path == path_of(case)] == []


def test_a_finding_points_at_the_value(tmp_path: Path) -> None:
    (finding,) = judged({A: BAD}, tmp_path)
    assert (finding.path, finding.rule, finding.line) == (A, "zizmor-template-injection", 7)
    assert BAD.splitlines()[6][finding.column - 1 :].startswith("github.head_ref")
    assert "$NAME" in finding.fix


@pytest.mark.parametrize(
    "text", [f"# zizmor: ignore[template-injection]\n{BAD}", BAD.replace("'}]", "'}] # zizmor: ignore")]
)
def test_a_comment_silences_nothing(tmp_path: Path, text: str) -> None:
    assert [finding.rule for finding in judged({A: text}, tmp_path)] == ["zizmor-template-injection"]


@pytest.mark.parametrize("path", ["zizmor.yml", ".github/zizmor.yml"])
def test_a_configuration_in_the_tree_changes_nothing(tmp_path: Path, path: str) -> None:
    (tmp_path / "zizmor/.github").mkdir(parents=True)
    (tmp_path / "zizmor" / path).write_text("rules: {template-injection: {disable: true}}\n")
    audits = [finding["audit"] for finding in raw({A: BAD}, tmp_path)["findings"]]
    assert "template-injection" in audits


def test_an_action_is_judged_wherever_it_lies(tmp_path: Path) -> None:
    text = "name: a\ndescription: b\nruns:\n  using: composite\n  steps:\n    - {uses: acme/x@v1}\n"
    paths = ("action.yml", "tools/x/action.yaml", ".github/actions/y/action.yml")
    found = judged(dict.fromkeys(paths, text), tmp_path)
    assert sorted((finding.path, finding.rule) for finding in found) == sorted(
        (path, "zizmor-unpinned-uses") for path in paths
    )


def test_an_action_in_a_hidden_folder_is_not_passed_over(tmp_path: Path) -> None:
    text = "name: a\ndescription: b\nruns: {using: composite, steps: [{uses: acme/x@v1}]}\n"
    assert {finding.path for finding in judged({".hidden/action.yml": text}, tmp_path)} == {
        ".hidden/action.yml"
    }


def test_what_zizmor_cannot_read_is_not_judged_and_the_others_are(tmp_path: Path) -> None:
    texts = {
        A: BAD,
        B: job("steps: [{uses: acme/build}]", on=PULL),
        ".github/workflows/c.yml": GOOD.replace("permissions: {contents: read}", "permissions:"),
    }
    found = {finding.path: finding for finding in judged(texts, tmp_path)}
    assert {path: finding.rule for path, finding in found.items()} == {
        A: "zizmor-template-injection",
        B: "zizmor-failed",
        ".github/workflows/c.yml": "zizmor-failed",
    }
    assert "cannot read it" in found[B].message


def program(monkeypatch: pytest.MonkeyPatch, folder: Path, script: str) -> None:
    """Start another program in the place of zizmor."""
    (folder / "program").write_text(f"#!/bin/sh\n{script}\n")
    (folder / "program").chmod(0o755)
    monkeypatch.setattr(zizmor, "PROGRAM", folder / "program")


FOR_ALL = (
    f'echo " INFO audit: zizmor: x completed ./{A}" >&2; echo " INFO audit: zizmor: x completed ./{B}" >&2'
)


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("exit 1", "zizmor ended without an answer: it said nothing"),
        ("echo panicked >&2; exit 101", "zizmor ended without an answer: panicked"),
        ("kill -9 $$", "zizmor ended without an answer"),
        (
            "echo 'failed to load file://./elsewhere.yml as workflow' >&2; exit 1",
            "zizmor ended without an answer",
        ),
        ("exec /bin/sleep 60", "zizmor did not finish within 1 seconds"),
        (FOR_ALL, "zizmor's answer has another shape than expected"),
        (f"{FOR_ALL}; echo '{{'", "zizmor's answer has another shape than expected"),
        (f"{FOR_ALL}; echo '[{{}}]'", "zizmor's answer has another shape than expected"),
        ("echo '[]'", "zizmor left out the file"),
    ],
)
def test_no_answer_is_an_error_of_every_file_that_names_the_cause(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, script: str, message: str
) -> None:
    program(monkeypatch, tmp_path, script)
    monkeypatch.setattr(zizmor, "SECONDS", 1)
    found = judged({A: GOOD, B: GOOD}, tmp_path)
    assert [(finding.path, finding.rule) for finding in found] == [(A, "zizmor-failed"), (B, "zizmor-failed")]
    assert all(finding.is_error and message in finding.message and finding.fix for finding in found)


def test_a_program_that_answers_as_zizmor_does_is_believed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program(monkeypatch, tmp_path, f"{FOR_ALL}; echo '[]'")
    assert judged({A: GOOD, B: GOOD}, tmp_path) == []


def test_an_answer_that_is_too_large_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(zizmor, "ANSWER_BYTES", 10)
    (finding,) = judged({A: BAD}, tmp_path)
    assert (finding.rule, "answer is more than" in finding.message) == ("zizmor-failed", True)


def test_a_program_that_cannot_be_started_is_an_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(zizmor, "PROGRAM", tmp_path / "nothing")
    (finding,) = judged({A: GOOD}, tmp_path)
    assert "cannot be started" in finding.message


def test_zizmor_that_is_not_installed_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(process, "PROGRAM", tmp_path / "nothing")
    with pytest.raises(ScanError, match="zizmor is not installed") as caught:
        connect_scanner().scan({A: GOOD.encode()}, {})
    assert caught.value.rule == "checkov-missing"


def test_nothing_of_the_callers_environment_reaches_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("ZIZMOR_CONFIG", "GH_TOKEN", "RUST_LOG", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "x")
    program(monkeypatch, tmp_path, "/usr/bin/env | /usr/bin/sort > env; exit 1")
    raw({A: GOOD}, tmp_path)
    names = {line.split("=")[0] for line in (tmp_path / "zizmor/env").read_text().splitlines()}
    assert names <= {"HOME", "TMPDIR", "PATH", "PWD", "OLDPWD", "SHLVL", "_"}


def record(audit: str, persona: str = "Regular", path: str = A) -> dict[str, Any]:
    return {"audit": audit, "persona": persona, "about": "x", "path": path, "at": [3, 1], "job": "check"}


def rules_of(*records: dict[str, Any]) -> list[str]:
    answer = {"findings": list(records), "broken": {}}
    return [finding.rule for finding in zizmor_findings(answer, {A: read_documents(GOOD)}, {A: GOOD})]


def test_an_audit_that_no_rule_is_about_is_an_error() -> None:
    answer = {"findings": [record("brand-new")], "broken": {}}
    (finding,) = zizmor_findings(answer, {A: read_documents(GOOD)}, {A: GOOD})
    assert (finding.rule, finding.is_error, finding.line) == ("zizmor-failed", True, 3)
    assert "brand-new" in finding.message


def test_what_stricter_personas_ask_besides_is_not_asked() -> None:
    assert rules_of(record("unpinned-uses", "Auditor"), record("brand-new", "Pedantic")) == []
    assert [rules_of(record(audit, "Pedantic")) for audit in BESIDES] == [["zizmor-unpinned-images"]]


def test_what_is_not_asked_has_a_reason_and_no_rule() -> None:
    assert all(NOT_ASKED.values())
    assert AUDITS.keys().isdisjoint(NOT_ASKED)
    assert rules_of(*(record(audit) for audit in NOT_ASKED)) == []


@pytest.mark.parametrize("audit", [*AUDITS, *NOT_ASKED])
def test_zizmor_has_every_audit_that_is_named_here(audit: str) -> None:
    assert f"audits/#{audit}".encode() in zizmor.PROGRAM.read_bytes()


KEY = "{run: a, env: {K: '${{ secrets.DEPLOY_KEY }}'}}"
JOBS_OWN = "{run: a, env: {K: '${{ secrets.GITHUB_TOKEN }}'}}"


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        (steps(CHECKOUT, on=PULL), False),
        (steps(CHECKOUT, on=TARGET), False),
        (steps(CHECKOUT, JOBS_OWN), False),
        (steps(CHECKOUT, KEY), True),
        (job(f"steps: [{{{CHECKOUT}}}]", permissions="{contents: write}"), True),
        (job(f"steps: [{{{CHECKOUT}}}]", permissions="write-all"), True),
        (job(f"permissions: {{contents: write}}\nsteps: [{{{CHECKOUT}}}]"), True),
        (job(f"permissions: {{}}\nsteps: [{{{CHECKOUT}}}]", permissions="write-all"), False),
        (
            job(
                f"steps: [{{{CHECKOUT}, with: {{persist-credentials: false}}}}]",
                permissions="{contents: write}",
            ),
            False,
        ),
    ],
)
def test_a_token_that_is_kept_is_a_warning_where_there_is_something_to_take(
    tmp_path: Path, text: str, asked: bool
) -> None:
    found = judged({A: text}, tmp_path)
    assert [(finding.rule, finding.is_error) for finding in found] == (
        [("zizmor-artipacked", False)] if asked else []
    )


def test_what_is_yaml_only_to_us_is_not_judged(tmp_path: Path) -> None:
    text = HARMLESS[ODD[0]]
    try:
        read_documents(text)
    except TreeError:
        pytest.fail("it is not YAML to us either")
    assert [finding.rule for finding in judged({A: text}, tmp_path)] == ["zizmor-failed"]
