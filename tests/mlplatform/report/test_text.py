"""The judgement for a terminal, for a program and for GitHub's log."""

import json
from dataclasses import replace
from datetime import date

import pytest

from mlplatform.core.check_result import CheckResult, Waived
from mlplatform.core.finding import error, warning
from mlplatform.report.check import rendered
from mlplatform.report.check.github import checked_github
from mlplatform.report.check.json import checked_json
from mlplatform.report.check.text import checked_text
from tests.support.judgements import any_text, checked, judgement, obeyed

BROKEN = error(
    "schema-unknown-key", "tenants/a,b/x:y.yaml", "unknown key pi_i", fix="did you mean pii?", at=(3, 5)
)
OLD = warning("waiver-expiring", "policies/waivers/old.yaml", "expires soon")
OTHER = error("semver-order", "environments/production/clinic/tumour.yaml", "goes back", at=(2, 1))
QUORUM = "1 more approval by clinic's owners is needed (ada, mary)"
EVERYTHING = replace(
    checked(BROKEN, OLD),
    waived=(Waived(OTHER, "policies/waivers/back.yaml", "ada", "the new one is worse", date(2026, 12, 1)),),
    proposed=(replace(OTHER, rule="team-rule"),),
    missing_approvals=tuple(
        error("approvals-quorum", path, QUORUM) for path in ("a.yaml", "b.yaml", "b.yaml")
    ),
)


def test_text_says_where_what_and_what_to_do() -> None:
    lines = checked_text(checked(BROKEN)).splitlines()
    assert lines[0] == "tenants/a,b/x:y.yaml:3:5: error: unknown key pi_i [schema-unknown-key]"
    assert lines[1].strip() == "did you mean pii?"
    assert lines[-1] == "7 documents, 2 rules (1 not applicable): 1 error, no warnings"


def test_text_tells_what_is_waived_proposed_and_missing() -> None:
    assert checked_text(EVERYTHING).splitlines()[3:] == [
        "this change's own policies also find:",
        "  environments/production/clinic/tumour.yaml:2:1: error: goes back [team-rule]",
        "waived:",
        "  environments/production/clinic/tumour.yaml:2:1: goes back [semver-order]",
        "      waived until 2026-12-01 by ada (policies/waivers/back.yaml): the new one is worse",
        "approvals still missing:",
        f"  {QUORUM}: a.yaml, b.yaml",
        "7 documents, 2 rules (1 not applicable): 1 error, 1 warning; 1 waived; "
        "1 error, no warnings by the change's own policies",
    ]


@pytest.mark.parametrize("form", ["text", "markdown", "github"])
def test_what_loosens_is_said_before_any_finding(form: str) -> None:
    """A reviewer who reads no further has seen it."""
    looser = warning("model-loosened", "models/postal/digits.yaml", "slo is removed", at=(12, 1))
    judged = replace(checked(BROKEN, looser), loosens=(looser,))
    report = rendered(judged, form, {})  # type: ignore[arg-type]
    (line,) = (line for line in report.splitlines() if "loosens: " in line)
    assert "models/postal/digits.yaml:12:1" in line
    assert line.endswith("slo is removed")
    assert report.index("loosens: ") < report.index(BROKEN.rule)
    assert [found["message"] for found in checked_json(judged)["loosens"]] == ["slo is removed"]


def test_no_more_than_three_paths_are_named() -> None:
    found = tuple(error("approvals-quorum", f"{n}.yaml", QUORUM) for n in range(5))
    said = checked_text(replace(checked(), missing_approvals=found))
    assert f"  {QUORUM}: 0.yaml, 1.yaml, 2.yaml and 2 more" in said.splitlines()


@pytest.mark.parametrize("form", ["text", "markdown", "github"])
def test_with_approvals_a_missing_one_is_told_once(form: str) -> None:
    lacking = error("approvals-quorum", "a.yaml", "1 more")
    judged = replace(checked(lacking), missing_approvals=(lacking,))
    said = rendered(judged, form, {})  # type: ignore[arg-type]
    assert said.count("1 more") == 1
    assert "missing" not in said


@pytest.mark.parametrize("form", ["text", "markdown", "github"])
def test_what_is_waived_elsewhere_is_counted_and_not_listed(form: str) -> None:
    (here,) = EVERYTHING.waived
    elsewhere = replace(here, finding=replace(OTHER, message="is not ours"), is_touched=False)
    said = rendered(replace(checked(), waived=(here, elsewhere, elsewhere)), form, {})  # type: ignore[arg-type]
    assert "goes back" in said
    assert "is not ours" not in said
    assert "2 findings elsewhere are waived: --all shows them" in said
    json_said = checked_json(replace(checked(), waived=(here, elsewhere)))
    assert [waived["message"] for waived in json_said["waived"]] == ["goes back", "is not ours"]


def test_text_has_no_empty_sections() -> None:
    assert checked_text(checked()) == "7 documents, 2 rules (1 not applicable): no errors, no warnings"


@any_text
def test_text_is_as_many_lines_whatever_a_finding_says_and_prints_nothing_but_characters(said: str) -> None:
    lines = checked_text(judgement(said)).split("\n")
    assert len(lines) == len(checked_text(judgement("harmless")).split("\n"))
    assert all(line.isprintable() for line in lines)


@pytest.mark.parametrize("form", ["text", "json", "sarif", "junit", "markdown"])
@any_text
def test_no_format_that_is_printed_to_a_log_commands_githubs_runner(form: str, said: str) -> None:
    assert obeyed(rendered(judgement(said), form, {})) == []  # type: ignore[arg-type]


def test_json_holds_every_field_of_a_finding() -> None:
    said = checked_json(checked(BROKEN))
    assert said["findings"] == [
        {
            "rule": "schema-unknown-key",
            "severity": "error",
            "path": "tenants/a,b/x:y.yaml",
            "line": 3,
            "column": 5,
            "message": "unknown key pi_i",
            "fix": "did you mean pii?",
        }
    ]
    assert said["checked"] == {
        "documents": 7,
        "rules": ["semver-order", "pii-consent"],
        "notApplicable": ["promotion-order"],
    }


def test_json_tells_what_is_waived_proposed_missing_and_changed() -> None:
    said = checked_json(EVERYTHING)
    waived = said["waived"][0]
    assert (waived["rule"], waived["line"]) == ("semver-order", 2)
    assert waived["waiver"] == "policies/waivers/back.yaml"
    assert (waived["owner"], waived["reason"]) == ("ada", "the new one is worse")
    assert waived["expires"] == "2026-12-01"
    assert said["proposed"][0]["rule"] == "team-rule"
    assert [missing["path"] for missing in said["missingApprovals"]] == ["a.yaml", "b.yaml", "b.yaml"]
    change = checked_json(judgement("x"))["changes"][0]
    assert {*change} == {"environment", "model", "action", "isRollback", "before", "after"}
    assert (change["before"]["version"], change["after"]["version"]) == ("x", "x2")


@any_text
def test_json_gives_every_value_back_as_it_was(said: str) -> None:
    made = judgement(said)
    assert json.loads(rendered(made, "json", {})) == checked_json(made)


def test_annotations_escape_what_would_end_a_property() -> None:
    first = checked_github(checked(BROKEN, OLD)).splitlines()[0]
    assert first.startswith("::error file=tenants/a%2Cb/x%3Ay.yaml,line=3,col=5,title=schema-unknown-key::")


def test_annotations_escape_what_the_runner_would_read_as_a_line_break() -> None:
    assert checked_github(checked(error("r", "a", "x%0A::error::y"))).startswith(
        "::error file=a,line=1,col=1,title=r::x%250A::error::y\n"
    )


def test_annotations_have_what_to_do_on_a_line_of_its_own() -> None:
    first = checked_github(checked(BROKEN)).splitlines()[0]
    assert first.endswith("::unknown key pi_i%0Adid you mean pii?")


def test_annotations_are_errors_first_and_the_last_line_says_how_many_more_there_are() -> None:
    findings = [warning("pii-consent", f"{n:02}.yaml", "w") for n in range(12)]
    findings += [error("semver-order", f"{n:02}.yaml", "e") for n in range(15)]
    lines = checked_github(checked(*findings)).splitlines()
    assert [line.split(" ")[0] for line in lines[:20]] == ["::error"] * 10 + ["::warning"] * 10
    assert [line.split(" ")[0] for line in lines[20:-1]] == [
        f"{n:02}.yaml:1:1:" for n in (*range(10, 15), 10, 11)
    ]
    assert lines[-1].endswith("not annotated, in the lines above: 5 more errors, 2 more warnings")


def test_annotations_show_what_the_changes_own_policies_find_and_which_approvals_are_missing() -> None:
    lines = checked_github(EVERYTHING).splitlines()
    assert "title=team-rule::by the change's own policies: goes back" in lines[0]
    assert f"::notice title=approvals still missing::{QUORUM}: a.yaml, b.yaml" in lines
    assert any("waived until 2026-12-01 by ada" in line for line in lines)


@any_text
def test_no_value_writes_a_workflow_command_of_its_own(said: str) -> None:
    printed = checked_github(judgement(said))
    commands = obeyed(printed)
    assert len(commands) == 4
    assert all(
        command.startswith(("::error file=", "::warning file=", "::notice title=")) for command in commands
    )
    assert all(len(command.split("::")[1].split(",")) == 4 for command in commands[:3])
    assert "\n" not in commands[0]
    assert len(printed.split("\n")) == len(checked_github(judgement("harmless")).split("\n"))


def test_warnings_alone_are_clean() -> None:
    assert checked(OLD).is_clean
    assert not checked(OLD, BROKEN).is_clean


def test_what_the_changes_own_policies_deny_is_not_clean() -> None:
    found: CheckResult = replace(checked(), proposed=(BROKEN,))
    assert not found.is_clean
