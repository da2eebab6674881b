"""`platform explain` knows every rule, whatever is broken, and what to copy for a waiver."""

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from mlplatform.cli.main import main
from mlplatform.core.errors import Refusal
from mlplatform.core.kinds.waiver import Waiver
from mlplatform.flow.check.explain import rule, rules, rules_and_flaws
from mlplatform.providers.git import Git
from mlplatform.providers.scan import process
from mlplatform.report.explain import rule_text, waiver_text
from mlplatform.strict_yaml.parser import parse
from tests.support.repository import ROOT, good_repository, judged, said
from tests.support.scratch import Scratch, isolate, scratch

POLICY = "policies/rego/encryption.rego"
KNOWN = rules(Git(ROOT))
TODAY = date(2026, 11, 21)


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scratch:
    isolate(monkeypatch, tmp_path / "home")
    return scratch(tmp_path / "clone", good_repository())


@pytest.mark.parametrize("name", KNOWN)
def test_every_rule_is_explained(name: str) -> None:
    about = KNOWN[name]
    text = rule_text(about, TODAY)
    assert text.startswith(f"{name}: {about.title}\n  {about.severity.value} · checks ")
    for part in ("Why", "Fix", "Passes", "Fails", "Waiver"):
        assert f"\n\n{part}\n" in text
    assert ("    schema: waiver/v1" in text) is about.is_waivable
    assert ("Nobody can waive it." in text) is not about.is_waivable


def test_every_rule_that_is_asked_is_known() -> None:
    checked = judged(good_repository())
    assert {*checked.rules, *checked.not_applicable} - {"checkov"} <= KNOWN.keys()


def test_the_waiver_to_copy_holds_its_schema_and_is_refused_until_it_is_filled_in() -> None:
    text = waiver_text("format-executable", "2026-12-21")
    data = parse("x.yaml", text.encode()).data
    assert data is not None
    Waiver.model_validate(data)
    path = "policies/waivers/tumour.yaml"
    found = said(judged({**good_repository(), path: text}), "schema-placeholder")
    assert [line.split(" ")[2] for line in found] == ["path", "covers.0", "reason", "owner"]


def test_a_rule_of_the_head_is_explained_and_one_of_a_commit(repo: Scratch) -> None:
    repo.write(POLICY, repo.read(POLICY).replace("encryption-at-rest", "encryption-there"))
    assert "encryption-there" in rules(repo.git)
    assert "encryption-there" not in rules(repo.git, "HEAD")


@pytest.mark.parametrize(
    "text", ["not rego", "", "package platform.encryption\n", "# METADATA\n# title: [\npackage x"]
)
def test_a_broken_policy_hides_no_other_rule(repo: Scratch, text: str) -> None:
    repo.write(POLICY, text)
    known, flaws = rules_and_flaws(repo.git)
    assert [flaw.path for flaw in flaws] == [POLICY]
    assert KNOWN.keys() - known.keys() == {"encryption-at-rest", "encryption-in-transit"}
    with pytest.raises(Refusal, match=f"what {POLICY} declares cannot be read"):
        rule(repo.git, "encryption-at-rest")


@pytest.mark.parametrize(
    ("name", "fix"),
    [
        ("encryption-at-reset", "did you mean encryption-at-rest"),
        ("Encryption-At-Rest", "did you mean encryption-at-rest"),
        ("duplicate", "did you mean yaml-duplicate-key?"),
        ("zzz", "`platform explain` lists them all"),
        ("", "`platform explain` lists them all"),
    ],
)
def test_a_rule_that_is_not_there_is_refused_with_near_ones(repo: Scratch, name: str, fix: str) -> None:
    with pytest.raises(Refusal) as refused:
        rule(repo.git, name)
    assert refused.value.fix.startswith(fix)


@pytest.fixture
def checkov_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks Checkov for its rules gets what it listed for the first one."""
    ask, listed = process.list_rules, list[list[dict[str, str]]]()

    def list_rules(policies: Mapping[str, str]) -> list[dict[str, str]]:
        if not listed:
            listed.append(ask(policies))
        return listed[0]

    monkeypatch.setattr(process, "list_rules", list_rules)


@pytest.mark.usefixtures("checkov_asked_once")
def test_checkovs_own_rules_are_explained_when_asked_for() -> None:
    assert "CKV_AWS_19" not in KNOWN
    about = rule(Git(ROOT), "CKV_AWS_19")
    assert (about.id, about.is_waivable) == ("CKV_AWS_19", True)
    assert (
        "It looks at aws_s3_bucket, aws_s3_bucket_server_side_encryption_configuration" in about.description
    )
    assert "look for CKV_AWS_19 in https://www.checkov.io/" in about.description
    with pytest.raises(Refusal, match="there is no rule CKV_AWS_99999"):
        rule(Git(ROOT), "CKV_AWS_99999")
    with pytest.raises(Refusal) as refused:
        rule(Git(ROOT), "ckv_aws_19")
    assert refused.value.fix.startswith("did you mean CKV_AWS_19")


def test_a_checkov_that_cannot_be_asked_is_a_refusal(repo: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(Refusal, match="Checkov's rules cannot be listed: Checkov is not installed"):
        rule(repo.git, "CKV_AWS_19")
    assert rule(repo.git, "CKV_MLP_1").id == "CKV_MLP_1"


def test_the_command_prints_one_rule_or_lists_them(
    repo: Scratch, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(repo.root)
    main(["explain", "yaml-tab", "--json"])
    one = json.loads(capsys.readouterr().out)
    assert (one["id"], one["waivable"], one["waiver"]) == ("yaml-tab", False, None)
    repo.write(POLICY, "not rego")
    main(["explain", "--json"])
    said = json.loads(capsys.readouterr().out)
    assert one in said["rules"]
    assert [flaw["path"] for flaw in said["broken"]] == [POLICY]
    main(["explain"])
    assert f"{POLICY}:1: its rules are not listed: " in capsys.readouterr().out
