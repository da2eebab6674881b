"""Personal data is found in the sentences of incidents, and not in what only looks like it."""

import pytest

from tests.support.repository import loaded

PATH = "incidents/2026-11-30-wrong-scores.yaml"


def found(line: str) -> list[str]:
    """Return the finding of an incident with this as its second line, without its fix."""
    findings = loaded({PATH: f"schema: incident/v1\n{line}\nseverity: P1\n"}).findings
    assert all((finding.rule, finding.line) == ("document-personal-data", 2) for finding in findings)
    return [finding.message.removeprefix("this line holds what looks like ") for finding in findings]


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("title: Wrong for <jane.roe@example.com>, and others", "an e-mail address of a person"),
        ("cause: Paid with 4111-1111-1111-1111 twice", "the number of a payment card"),
        ("cause: The record of 219-09-9999 was read", "a social security number"),
        ("cause: The fee of GB82WEST12345698765432 was wrong", "the number of a bank account"),
        ("# the captain (+44 20 7946 0958) knows more", "a telephone number"),
    ],
)
def test_a_line_that_names_somebody_is_found_and_not_quoted(line: str, kind: str) -> None:
    assert found(line) == [kind]


@pytest.mark.parametrize(
    "line",
    [
        "title: Ask support@example.com, or clinic-oncall",
        "cause: sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 was served",
        "changes: [5105105105105100acdc4111111111111111acdc]",
        "detected: 2026-11-30T10:00:00+01:00",
        "cause: 1200345 requests from 2026-11-28 to 2026-11-30 were answered by 1.2.0+build.44",
    ],
)
def test_what_is_nobodys_is_not_found(line: str) -> None:
    assert found(line) == []


def test_other_documents_are_not_searched() -> None:
    text = "schema: waiver/v1\nreason: asked by jane.roe@example.com\n"
    assert loaded({"policies/waivers/a-name.yaml": text}).findings == ()
