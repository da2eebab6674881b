"""A waiver suspends one rule at one path until a day; whatever is wrong with it, it suspends nothing more."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mlplatform.check.check import CheckContext
from mlplatform.core.change_base import ChangeBase
from mlplatform.core.check_result import CheckResult
from mlplatform.core.finding import Severity
from tests.support.repository import base_of, good_repository, judged, second_tenant, with_change, without

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
MODEL = "models/reading/recommender.yaml"
WAIVER = "policies/waivers/brevity.yaml"
BRIEF = """\
# METADATA
# title: Descriptions are short
# custom:
#   kinds: [model]
#   asks: state
#   reads: [document]
package platform.brevity

decision := {"evaluated": (satisfied | {denial.rule | some denial in deny}), "deny": deny}

# METADATA
# title: A description is short
# description: People read short things.
# custom:
#   id: brevity
#   severity: error
#   soc2: [CC2.2]
#   fix: Say it in less.
#   passes: "description: Short"
#   fails: "description: Long and longer"
#   waivable: true
satisfied contains "brevity" if count(input.document.description) < 5

deny contains {"rule": "brevity", "message": "too long", "at": ["description"]} if {
	not "brevity" in satisfied
}
"""


def waiver(expires: str = "2027-01-15", **differences: str) -> str:
    said = {
        "rule": "brevity",
        "path": MODEL,
        "reason": "The description is being rewritten by the docs team",
        "owner": "ada",
    } | differences
    return "schema: waiver/v1\n" + "".join(f"{key}: {said[key]}\n" for key in said) + f"expires: {expires}\n"


def repository(text: str | None = None, rego: str = BRIEF) -> dict[str, str]:
    files = {**good_repository(), "policies/rego/brevity.rego": rego}
    return files if text is None else {**files, WAIVER: text}


def judge(files: dict[str, str], base: ChangeBase | None = None) -> CheckResult:
    waivers = base.loaded.raws if base else None
    return judged(files, base=base, held_to=CheckContext(NOW, waivers=waivers))


def said(checked: CheckResult) -> set[tuple[str, str]]:
    return {(finding.rule, finding.severity.value) for finding in checked.findings}


def merged(files: dict[str, str], days: int) -> ChangeBase:
    return replace(base_of(files), merged={WAIVER: NOW - timedelta(days=days)})


def test_without_a_waiver_the_rule_denies() -> None:
    assert said(judge(repository())) == {("brevity", "error")}


def test_a_waiver_suspends_its_rule_at_its_path_and_is_shown() -> None:
    checked = judge(repository(waiver()))
    assert said(checked) == set()
    (used,) = checked.waived
    assert (used.finding.rule, used.finding.path, used.waiver, used.owner) == (
        "brevity",
        MODEL,
        WAIVER,
        "ada",
    )
    assert checked.repository.blocked_tenants == {}


def test_a_waiver_of_another_path_suspends_nothing() -> None:
    other = "environments/production/reading/recommender.yaml"
    assert ("brevity", "error") in said(judge(repository(waiver(path=other))))


def test_a_rule_that_is_not_waivable_is_not_waived() -> None:
    strict = BRIEF.replace("#   waivable: true\n", "")
    assert said(judge(repository(waiver(), strict))) == {("brevity", "error"), ("waiver-rule", "error")}


@pytest.mark.parametrize("rule", ["nothing-known", "schema-type", "approvals-quorum", "yaml-alias"])
def test_a_rule_that_nobody_may_waive_is_refused(rule: str) -> None:
    assert ("waiver-rule", "error") in said(judge(repository(waiver(rule=rule))))


@pytest.mark.parametrize(
    "path", ["models/", "models/reading/../reading/recommender.yaml", "/models", "models/reading/gone.yaml"]
)
def test_a_path_that_is_not_one_file_is_refused(path: str) -> None:
    assert ("waiver-path", "error") in said(judge(repository(waiver(path=path))))


@pytest.mark.parametrize("path", ["'*'", "models/**", "models/*/recommender.yaml"])
def test_a_pattern_is_no_path(path: str) -> None:
    assert ("schema-value", "error") in said(judge(repository(waiver(path=path))))


def test_an_owner_nobody_knows_is_refused_and_one_of_the_platform_team_is_not() -> None:
    assert ("waiver-owner", "error") in said(judge(repository(waiver(owner="mallory"))))
    assert said(judge(repository(waiver(owner="Margaret")))) == set()


@pytest.mark.parametrize("missing", ["reason", "owner", "expires", "rule", "path"])
def test_a_waiver_that_leaves_something_out_suspends_nothing(missing: str) -> None:
    text = "".join(line for line in waiver().splitlines(keepends=True) if not line.startswith(missing))
    assert said(judge(repository(text))) == {("brevity", "error"), ("schema-missing-key", "error")}


@pytest.mark.parametrize(
    "folder", ["models/reading/", "models/reading", "tenants/reading/datasets", "environments/production"]
)
def test_one_for_a_folder_is_refused_as_such_and_its_owner_is_not_blamed(folder: str) -> None:
    checked = judge(repository(waiver(path=folder)))
    (found,) = (finding for finding in checked.findings if finding.rule.startswith("waiver-"))
    assert found.rule == "waiver-path"
    assert "one file" in found.message
    assert found.fix == "name the one file that the finding is about"


def test_a_waiver_of_what_the_change_is_not_about_is_not_touched() -> None:
    before = {**repository(waiver()), **second_tenant()}
    short = with_change(before, "models/school/predictor.yaml", "What to read next", "Next")
    other = with_change(
        short, "models/school/predictor.yaml", "type: real-time", "type: real-time\ncritical: true"
    )
    own = with_change(short, MODEL, "type: real-time", "type: real-time\ncritical: true")
    little = replace(base_of(short), everything=False)
    assert [one.is_touched for one in judge(short).waived] == [True]
    for files, base, is_touched in (
        (other, little, False),
        (own, little, True),
        (other, base_of(short), True),
    ):
        assert [one.is_touched for one in judge(files, base).waived] == [is_touched]


def test_one_that_ends_soon_warns() -> None:
    assert said(judge(repository(waiver("2026-12-05")))) == {("waiver-expiring", "warning")}
    assert said(judge(repository(waiver("2026-12-06")))) == set()


def test_the_last_day_counts() -> None:
    assert said(judge(repository(waiver("2026-11-21")))) == {("waiver-expiring", "warning")}


def test_one_that_is_over_does_not_turn_a_quiet_main_red() -> None:
    checked = judge(repository(waiver("2026-11-20")))
    assert said(checked) == {("waiver-expired", "warning")}
    assert checked.waived


def test_a_change_of_what_an_expired_waiver_covers_is_denied() -> None:
    before = repository(waiver("2026-11-20"))
    after = with_change(before, MODEL, "What to read next", "What to read then")
    assert said(judge(after, base_of(before))) == {("brevity", "error"), ("waiver-expired", "error")}


def test_another_tenants_change_is_not_stopped_by_it() -> None:
    before = {**repository(waiver("2026-11-20")), **second_tenant()}
    short = with_change(before, "models/school/predictor.yaml", "What to read next", "Next")
    checked = judge(
        with_change(
            short, "models/school/predictor.yaml", "type: real-time", "type: real-time\ncritical: true"
        ),
        base_of(short),
    )
    assert said(checked) == {("waiver-expired", "warning")}


def test_a_waiver_of_the_same_change_does_not_bind() -> None:
    before = with_change(repository(), MODEL, "What to read next", "Read")
    after = repository(waiver())
    assert ("brevity", "error") in said(judge(after, base_of(before)))


def test_a_waiver_that_the_change_removes_is_gone() -> None:
    before = repository(waiver())
    assert said(judge(without(before, WAIVER), base_of(before))) == {("brevity", "error")}


def test_a_change_that_extends_a_waiver_is_held_to_the_old_one() -> None:
    before = repository(waiver("2026-11-20"))
    assert ("brevity", "error") in said(judge(repository(waiver("2026-12-31")), base_of(before)))


def test_a_new_waiver_may_not_hold_for_too_long() -> None:
    base = base_of(repository())
    assert ("waiver-term", "error") in said(judge(repository(waiver("2027-02-20")), base))
    assert ("waiver-term", "error") not in said(judge(repository(waiver("2027-02-19")), base))


def test_an_unused_waiver_warns_for_two_weeks_and_then_stops_the_change_of_what_it_covers() -> None:
    before = with_change(repository(waiver()), MODEL, "What to read next", "Read")
    after = with_change(before, MODEL, "type: real-time", "type: real-time\ncritical: true")
    assert said(judge(after, merged(before, 14))) == {("waiver-unused", "warning")}
    assert said(judge(after, merged(before, 15))) == {("waiver-unused", "error")}


def test_what_is_wrong_with_a_waiver_blocks_no_environment() -> None:
    checked = judge(repository(waiver(rule="nothing-known")))
    assert checked.repository.blocked_environments == {}
    assert set(checked.repository.blocked_tenants) == {"reading"}
    assert all(finding.severity is Severity.ERROR for finding in checked.findings)
