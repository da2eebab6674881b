"""What `platform check` prints."""

from typing import Any

import pytest

from mlplatform.core.checked import Checked
from mlplatform.core.finding import Finding, error, warning
from mlplatform.report.check import checked_github, checked_json, checked_text
from tests.support.values import repository

BROKEN = error(
    "schema-unknown-key", "tenants/a,b/x:y.yaml", "unknown key pi_i", fix="did you mean pii?", at=(3, 5)
)
OLD = warning("waiver-old", "policies/waivers/old.yaml", "expires soon")


def checked(*findings: Finding) -> Checked:
    return Checked(repository({}), findings, 7, ("schema-unknown-key", "waiver-old"), ("promotion-order",))


def test_text_says_where_what_and_what_to_do() -> None:
    lines = checked_text(checked(BROKEN)).splitlines()
    assert lines[0] == "tenants/a,b/x:y.yaml:3:5: error: unknown key pi_i [schema-unknown-key]"
    assert lines[1].strip() == "did you mean pii?"
    assert lines[-1] == "7 documents, 2 rules (1 more with --base): 1 error, no warnings"


def test_json_holds_every_field_of_a_finding() -> None:
    said: dict[str, Any] = checked_json(checked(BROKEN))
    assert said["findings"][0] == {
        "rule": "schema-unknown-key",
        "severity": "error",
        "path": "tenants/a,b/x:y.yaml",
        "line": 3,
        "column": 5,
        "message": "unknown key pi_i",
        "fix": "did you mean pii?",
    }
    assert said["checked"] == {
        "documents": 7,
        "rules": ["schema-unknown-key", "waiver-old"],
        "notApplicable": ["promotion-order"],
    }


def test_annotations_escape_what_would_end_a_property() -> None:
    first = checked_github(checked(BROKEN, OLD)).splitlines()[0]
    assert first.startswith("::error file=tenants/a%2Cb/x%3Ay.yaml,line=3,col=5,title=schema-unknown-key::")


@pytest.mark.parametrize(
    "hostile", ["x\n::set-env name=PATH::/tmp", "x\r\n::stop-commands::x", "%0A::error::x"]
)
def test_no_message_can_write_a_workflow_command_of_its_own(hostile: str) -> None:
    printed = checked_github(checked(error("r", "a.yaml", hostile, fix=hostile)))
    assert len(printed.splitlines()) == 1
    assert "%0A::error" not in printed.replace("%250A::error", "")


def test_warnings_alone_are_clean() -> None:
    assert checked(OLD).is_clean
    assert not checked(OLD, BROKEN).is_clean
