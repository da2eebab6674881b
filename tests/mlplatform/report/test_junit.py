"""The judgement as JUnit XML."""

from dataclasses import replace
from datetime import date
from xml.etree import ElementTree

from mlplatform.core.check_result import CheckResult, Waived
from mlplatform.core.finding import error, warning
from mlplatform.report.check.junit import checked_junit
from tests.support.judgements import any_text, checked, judgement

BACK = error(
    "semver-order", "environments/production/clinic/tumour.yaml", "goes back", fix="go on", at=(2, 9)
)
AGAIN = error("semver-order", "environments/production/clinic/other.yaml", "goes back", at=(2, 1))
SOON = warning("waiver-expiring", "policies/waivers/a.yaml", "expires soon")
WAIVED = Waived(BACK, "policies/waivers/back.yaml", "ada", "the new one is worse", date(2026, 12, 1))


def parsed(text: str) -> ElementTree.Element:
    return ElementTree.fromstring(text)  # noqa: S314 (it is ours)


def cases(found: CheckResult) -> dict[str, ElementTree.Element]:
    suite = parsed(checked_junit(found))[0]
    return {case.attrib["name"]: case for case in suite}


def test_every_rule_that_was_asked_is_a_test_case_of_its_family() -> None:
    found = cases(checked(SOON, error("CKV_AWS_19", "infrastructure/main.tf", "not encrypted")))
    assert {name: case.attrib["classname"] for name, case in found.items()} == {
        "CKV_AWS_19": "platform.checkov",
        "pii-consent": "platform.pii",
        "semver-order": "platform.semver",
        "waiver-expiring": "platform.waiver",
    }
    assert len(found["pii-consent"]) == 0


def test_a_rule_fails_once_with_all_of_its_errors_and_their_places() -> None:
    failure = cases(checked(AGAIN, BACK))["semver-order"].find("failure")
    assert failure is not None
    assert failure.attrib["message"].endswith("other.yaml:2:1: goes back (and 1 more)")
    assert "tumour.yaml:2:9: error: goes back [semver-order]\n    go on" in str(failure.text)


def test_a_rule_whose_every_finding_is_waived_is_skipped_with_the_reason() -> None:
    skipped = cases(replace(checked(), waived=(WAIVED,)))["semver-order"].find("skipped")
    assert skipped is not None
    assert skipped.attrib["message"] == "waived until 2026-12-01 by ada: the new one is worse"


def test_a_rule_with_an_error_beside_what_is_waived_still_fails() -> None:
    case = cases(replace(checked(AGAIN), waived=(WAIVED,)))["semver-order"]
    assert [part.tag for part in case] == ["failure", "system-out"]


def test_what_the_changes_own_policies_find_fails_too() -> None:
    assert cases(replace(checked(), proposed=(BACK,)))["semver-order"].find("failure") is not None


def test_the_counts_are_those_of_the_cases() -> None:
    suites = parsed(checked_junit(judgement("x")))
    for suite in (suites, suites[0]):
        assert (suite.attrib["tests"], suite.attrib["failures"], suite.attrib["skipped"]) == ("3", "1", "1")


@any_text
def test_whatever_a_finding_says_it_is_xml_of_the_same_shape(said: str) -> None:
    def shape(text: str) -> list[tuple[str, int]]:
        return sorted((part.tag, len(part.attrib)) for part in parsed(text).iter())

    written = checked_junit(judgement(said))
    assert written.isascii()
    assert shape(written) == shape(checked_junit(judgement("harmless")))
