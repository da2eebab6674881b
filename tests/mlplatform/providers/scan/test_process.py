"""Checkov that is missing, slow, crashing or babbling is never a pass."""

import importlib.util
from collections.abc import Mapping
from pathlib import Path

import pytest

from mlplatform.core.finding import Finding
from mlplatform.core.rule import Rule
from mlplatform.providers.scan import connect_scanner, process, text_guard
from mlplatform.providers.scan.checkov import Checkov
from mlplatform.providers.scan.interface import ScanError
from mlplatform.providers.scan.results import NOT_ASKED
from tests.mlplatform.providers.scan.cases import POLICIES

FILES = {"infrastructure/main.tf": b'resource "aws_kms_key" "a" {\n}\n'}
PASSING = (
    '{"failed": [], "skipped": [], "broken": {}, "seen": %s, "unjudged": [], "refused": [], "complaints": [],'
    ' "zizmor": {"findings": [], "broken": {}}}'
)


def worker(monkeypatch: pytest.MonkeyPatch, folder: Path, code: str) -> None:
    """Start another program in the place of Checkov."""
    (folder / "worker.py").write_text(f"import os, signal, sys\nscratch = sys.argv[1]\n{code}\n")
    monkeypatch.setattr(process, "WORKER", folder / "worker.py")


def answering(text: str) -> str:
    return f"open(scratch + '/answer.json', 'w').write({text!r})"


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("raise SystemExit(1)", "Checkov ended with 1: it said nothing"),
        ("raise ValueError('broken inside')", "Checkov ended with 1: ValueError: broken inside"),
        ("os.kill(os.getpid(), 9)", "Checkov ended with -9"),
        ("pass", "Checkov's answer is missing or cannot be read"),
        (answering("{"), "Checkov's answer is missing or cannot be read"),
        (answering("[]"), "Checkov's answer has another shape than expected"),
        (answering('{"failed": []}'), "Checkov's answer has another shape than expected"),
    ],
)
def test_no_answer_is_an_error_that_names_the_cause(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, code: str, message: str
) -> None:
    worker(monkeypatch, tmp_path, code)
    assert_failed(Checkov(), message)


def test_a_scan_that_never_ends_is_an_error_that_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    worker(monkeypatch, tmp_path, "signal.pause()")
    assert_failed(Checkov(seconds=1), "Checkov did not finish within 1 seconds")


def assert_failed(checkov: Checkov, message: str) -> None:
    with pytest.raises(ScanError) as caught:
        checkov.scan(FILES, {})
    assert caught.value.message.startswith(message)
    assert caught.value.rule == "checkov-failed"
    assert caught.value.fix


def test_an_answer_that_leaves_out_a_file_is_a_finding(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    worker(monkeypatch, tmp_path, answering(PASSING % "{}"))
    assert [finding.rule for finding in Checkov().scan(FILES, {})] == ["checkov-failed"]
    worker(monkeypatch, tmp_path, answering(PASSING % '{"terraform": ["infrastructure/main.tf"]}'))
    assert Checkov().scan(FILES, {}) == []


@pytest.mark.parametrize("key", ["refused", "complaints"])
def test_what_checkov_refused_or_warned_of_is_a_finding(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, key: str
) -> None:
    answer = PASSING % '{"terraform": ["infrastructure/main.tf"]}'
    worker(monkeypatch, tmp_path, answering(answer.replace(f'"{key}": []', f'"{key}": ["something"]')))
    (finding,) = Checkov().scan(FILES, {})
    assert (finding.rule, finding.path) == ("checkov-failed", "infrastructure/main.tf")
    assert "something" in finding.message


def test_checkov_that_is_not_installed_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "checkov" else find(name))
    with pytest.raises(ScanError) as caught:
        connect_scanner().scan(FILES, {})
    assert (caught.value.rule, caught.value.message) == ("checkov-missing", "Checkov is not installed")


def test_nothing_of_the_callers_environment_reaches_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in (
        "CKV_SKIP_CHECK",
        "BC_API_KEY",
        "LOG_LEVEL",
        "TF_VAR_a",
        "HTTPS_PROXY",
        "PYTHONPATH",
        "GITHUB_PAT",
    ):
        monkeypatch.setenv(name, "x")
    kept = tmp_path / "environment"
    worker(
        monkeypatch, tmp_path, f"open({str(kept)!r}, 'w').write('\\n'.join(os.environ))\nraise SystemExit(1)"
    )
    with pytest.raises(ScanError):
        Checkov().scan(FILES, {})
    given = set(kept.read_text().split()) - {"LC_CTYPE"}
    assert given == {*process.ENVIRONMENT, "HOME", "TMPDIR"}


def test_more_than_it_can_judge_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_guard, "FILES", 1)
    with pytest.raises(ScanError, match="more than 1 files"):
        connect_scanner().scan({**FILES, "infrastructure/b.tf": b""}, {})


def test_nothing_to_judge_starts_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    worker(monkeypatch, tmp_path, "raise SystemExit(1)")
    assert Checkov().scan({"platform.yaml": b"schema: platform/v1"}, {}) == []
    assert Checkov().scan({"policies/checkov/first.yaml": b"metadata: ["}, {}) == []


def test_a_warning_about_a_policy_alone_is_a_finding_of_the_policy(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    warning = PASSING.replace('"complaints": []', '"complaints": ["something"]') % "{}"
    worker(monkeypatch, tmp_path, answering(warning))
    (finding,) = Checkov().scan({"policies/checkov/a.yaml": b""}, {"policies/checkov/a.yaml": ""})
    assert (finding.rule, finding.path) == ("checkov-failed", "policies/checkov/a.yaml")


def test_a_policy_alone_is_judged() -> None:
    path = "policies/checkov/broken.yaml"
    found = connect_scanner().scan({path: b"metadata: ["}, {path: "metadata: ["})
    assert [(finding.path, finding.rule) for finding in found] == [(path, "checkov-failed")]


@pytest.fixture(scope="module")
def rules() -> dict[str, Rule]:
    listed = connect_scanner().rules(POLICIES)
    by_id = {rule.id: rule for rule in listed}
    assert len(by_id) == len(listed)
    return by_id


@pytest.mark.exhaustive
def test_every_finding_carries_a_rule_that_is_listed(
    findings: Mapping[str, list[Finding]], rules: Mapping[str, Rule]
) -> None:
    assert {finding.rule for several in findings.values() for finding in several} <= set(rules)
    assert {
        "CKV_AWS_18",
        "CKV2_AWS_6",
        "CKV_K8S_16",
        "CKV_GHA_1",
        "CKV_DOCKER_7",
        "CKV_SECRET_2",
        "CKV2_ORG_1",
    } <= set(rules)
    assert not set(NOT_ASKED) & set(rules)


def test_a_waiver_may_suspend_a_check_but_not_the_scan(rules: Mapping[str, Rule]) -> None:
    bound = {rule.id for rule in rules.values() if not rule.is_waivable}
    assert bound == {"checkov-missing", "checkov-failed", "checkov-configuration", "zizmor-failed"}
    assert all(
        rule.title and rule.description and rule.fix and rule.passes and rule.fails and rule.soc2
        for rule in rules.values()
    )
