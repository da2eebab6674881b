"""Terraform: our own checks, and Checkov's."""

from collections.abc import Mapping

import pytest

from mlplatform.core.finding import Finding
from tests.mlplatform.providers.scan.terraform_cases import HARMLESS, MISSHAPEN, REFUSED, UNBOUNDED

Findings = Mapping[str, list[Finding]]


def own(found: list[Finding]) -> set[str]:
    """What is found, without the checks of Checkov's own."""
    return {
        finding.rule
        for finding in found
        if finding.rule.startswith(("CKV_MLP_", "checkov-"))
    }  # fmt: skip


@pytest.mark.parametrize("folder", REFUSED)
def test_our_own_checks_refuse_it(findings: Findings, folder: str) -> None:
    found = own(findings[f"infrastructure/{folder}/main.tf"])
    assert found - ({"checkov-failed"} if "dynamic" in folder else set()) == {REFUSED[folder][0]}


@pytest.mark.parametrize("folder", HARMLESS)
def test_our_own_checks_let_it_pass(findings: Findings, folder: str) -> None:
    assert own(findings[f"infrastructure/{folder}/main.tf"]) == set()


@pytest.mark.parametrize(
    "folder",
    [
        "open",
        ".hidden/node_modules",
        "off",
        "off-by-variable",
        "off-for-each",
        "off-module/inner",
        "by-file",
        "odd name, é",
        "broken-beside",
    ],
)
def test_checkov_judges_it(findings: Findings, folder: str) -> None:
    name = "good" if folder == "broken-beside" else "main"
    assert "CKV_AWS_24" in {finding.rule for finding in findings[f"infrastructure/{folder}/{name}.tf"]}


@pytest.mark.parametrize("folder", MISSHAPEN)
def test_a_block_that_is_none_is_a_finding_and_stops_nothing_else(findings: Findings, folder: str) -> None:
    found = [one for one in findings[f"infrastructure/{folder}/main.tf"] if one.rule == "checkov-failed"]
    assert len(found) == 1
    assert "is not written as Terraform wants it" in found[0].message


@pytest.mark.parametrize("path", UNBOUNDED)
def test_what_grows_without_end_is_a_finding_of_its_file(findings: Findings, path: str) -> None:
    messages = [one.message for one in findings[f"infrastructure/{path}"] if one.rule == "checkov-failed"]
    assert any(message.startswith(f"not judged: {UNBOUNDED[path][0]}") for message in messages), messages


def test_a_tree_of_modules_is_cut_only_where_it_grows_too_large(findings: Findings) -> None:
    for depth in (1, 2, 3):
        assert own(findings[f"infrastructure/tree-{depth}/main.tf"]) == set()


def test_a_finding_names_the_attribute_the_resource_and_what_to_do(findings: Findings) -> None:
    (finding,) = (found for found in findings["infrastructure/open/main.tf"] if found.rule == "CKV_AWS_24")
    assert finding.where == "infrastructure/open/main.tf:4:1"
    assert "(aws_security_group_rule.in)" in finding.message
    assert finding.fix == "see `platform explain CKV_AWS_24`"


def test_a_skip_comment_is_found_and_the_check_runs_nevertheless(findings: Findings) -> None:
    found = findings["infrastructure/skip/main.tf"]
    assert [finding.line for finding in found if finding.rule == "checkov-skip"] == [3, 4]
    assert "CKV_AWS_24" in {finding.rule for finding in found}


@pytest.mark.parametrize(
    "path",
    [
        "broken/main.tf",
        "broken-beside/bad.tf",
        "twice/main.tf",
        "json/main.tf.json",
    ],
)
def test_what_checkov_does_not_judge_is_a_finding(findings: Findings, path: str) -> None:
    assert "checkov-failed" in {finding.rule for finding in findings[f"infrastructure/{path}"]}


def test_a_module_outside_the_tree_is_not_read(findings: Findings) -> None:
    found = {finding.rule: finding for finding in findings["infrastructure/escapes/main.tf"]}
    assert "CKV_MLP_10" in found
    messages = [finding.message for several in findings.values() for finding in several]
    assert any("tried to leave the files it judges: os.scandir /etc" in message for message in messages)
    assert not any("/platform-scan-" in message for message in messages)


def test_a_policy_of_the_organisation_is_asked(findings: Findings) -> None:
    rules = {path: {finding.rule for finding in found} for path, found in findings.items()}
    assert "CKV2_ORG_1" in rules["infrastructure/untagged/main.tf"]
    assert "CKV2_ORG_1" not in rules["infrastructure/bucket-good/main.tf"]


def test_a_secret_is_found_and_not_repeated(findings: Findings) -> None:
    (finding,) = findings["infrastructure/secret/main.tf"]
    assert (finding.rule, finding.line, finding.message) == ("CKV_SECRET_2", 2, "AWS Access Key")
