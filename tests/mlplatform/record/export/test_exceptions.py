"""What stands out in a period is listed, and what is of another period is not."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from mlplatform.core.evidence.period import Period
from mlplatform.core.evidence.problem import EvidenceProblem, ProblemKind
from mlplatform.core.records.base import parse
from mlplatform.core.records.change import ChangePredicate
from mlplatform.providers.git.main_history import MainCommit
from mlplatform.record.export.contents import PeriodChange
from mlplatform.record.export.exceptions import apply_exceptions, change_exceptions, problems_in
from mlplatform.record.verify.deployments import RecordedApply
from tests.support.records import apply_record

QUARTER = Period.of(date(2026, 10, 1), date(2026, 12, 31))
AT = datetime(2026, 11, 3, 12, tzinfo=UTC)
COMMIT = "c" * 40
WAIVER = {"waiver": "w", "rule": "r", "path": "p", "owner": "ada", "reason": "why", "expires": "2026-12-01"}


def change(recorded: timedelta = timedelta(), **keys: Any) -> PeriodChange:
    statement = parse(
        ChangePredicate,
        {
            **{"repository": "r", "ref": "refs/heads/main", "commit": COMMIT, "tree": COMMIT, "parent": None},
            **{"committedAt": AT.isoformat(), "recordedAt": (AT + recorded).isoformat(), "title": "a change"},
            **{"paths": [], "tenants": {}, "merge": None, "approvals": {}, "checks": [], "waivers": []},
            **{"policies": None, "plans": {}, "identity": "recorder"},
            **keys,
        },
    )
    return PeriodChange(MainCommit(COMMIT, COMMIT, (), AT, "a change", "", "", {}), "r", statement, (), ())


def kinds(*changes: PeriodChange, **parents: datetime) -> list[str]:
    return [each.kind for each in change_exceptions(changes, parents)]


def test_an_ordinary_change_is_no_exception() -> None:
    assert kinds(change(recorded=timedelta(minutes=5)), **{COMMIT: AT - timedelta(days=1)}) == []


def test_a_record_an_hour_after_the_merge_is_late() -> None:
    assert kinds(change(recorded=timedelta(minutes=61))) == ["late-record"]
    assert kinds(change(recorded=timedelta(minutes=59))) == []


def test_a_waiver_that_was_used_is_named_with_its_owner() -> None:
    (exception,) = change_exceptions([change(waivers=[WAIVER])], {})
    assert exception.kind == "finding-waived"
    assert "ada" in exception.sentence


def test_a_commit_that_is_dated_before_its_parent_is_an_exception() -> None:
    assert kinds(change(), **{COMMIT: AT + timedelta(hours=1)}) == ["date-out-of-order"]


def test_going_back_and_reverting_by_hand_are_exceptions() -> None:
    applies = [
        RecordedApply("a" * 40, apply_record(goingBack="it was slow").predicate),
        RecordedApply("b" * 40, apply_record(undoing="drift", reason="by hand").predicate),
        RecordedApply("d" * 40, apply_record().predicate),
    ]
    assert [each.kind for each in apply_exceptions(applies)] == ["rolled-back", "drift-reverted"]


BEFORE, WITHIN, AFTER = (datetime(2026, month, 1, tzinfo=UTC) for month in (9, 11, 1))
AFTER = AFTER.replace(year=2027)


@pytest.mark.parametrize(
    ("times", "place", "is_inside"),
    [
        ((BEFORE, WITHIN, AFTER), 0, False),
        ((BEFORE, WITHIN, AFTER), 1, True),
        ((BEFORE, WITHIN, AFTER), 2, False),
        ((BEFORE, None, WITHIN), 1, True),  # it cannot be read: it may be of the period
        ((WITHIN, None), 1, True),
        ((BEFORE, None, AFTER), 1, True),
        ((BEFORE, None, BEFORE, WITHIN), 1, False),
        ((WITHIN, AFTER, None), 2, False),
        ((BEFORE,), None, True),  # the ledger does not have it
    ],
)
def test_a_record_is_of_a_period_unless_it_is_surely_of_another(
    times: tuple[datetime | None, ...], place: int | None, is_inside: bool
) -> None:
    records = [(f"{number:040x}", at) for number, at in enumerate(times)]
    commit = "e" * 40 if place is None else records[place][0]
    problem = EvidenceProblem(ProblemKind.CHAIN, commit, "why", is_record=True)
    assert bool(list(problems_in([problem], [], {}, records, QUARTER))) is is_inside


def test_a_problem_of_main_is_of_the_period_of_its_commit() -> None:
    inside, other, gone = (
        EvidenceProblem(ProblemKind.DIRECT_PUSH, commit, "why") for commit in (COMMIT, "d" * 40, "e" * 40)
    )
    places = {COMMIT: 1, "d" * 40: 0}
    named = problems_in([inside, other, gone], [change()], places, [], QUARTER)
    assert [each.commit for each in named] == [COMMIT, "e" * 40]
