"""What is out of the ordinary in a period: what verification found, and what is allowed but has to be looked at."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from mlplatform.core.evidence.period import Period
from mlplatform.core.evidence.problem import EvidenceProblem
from mlplatform.record.export.contents import EvidenceException, PeriodChange, PeriodEmergency
from mlplatform.record.verify.deployments import RecordedApply

LATE = timedelta(hours=1)
_CLOCK_SKEW = timedelta(minutes=15)

KINDS = {
    "date-out-of-order": "A commit is dated before the one that it follows",
    "late-record": "A change was recorded more than an hour after its merge",
    "finding-waived": "A waiver suspended a finding of a change",
    "not-applied": "A change of an environment was not applied",
    "rolled-back": "An environment was applied from an earlier commit",
    "drift-reverted": "Changes made by hand were found, and reverted",
    "critical-removed": "A critical model was removed, as somebody confirmed",
    "emergency": "Somebody authorised that gates may be passed",
    "gate-passed": "A change passed a gate in an emergency",
    "unreadable-document": "A document of the period cannot be read",
}
"""The exceptions that no verification reports; those that it does are in `core.evidence.problem`."""


def problems_in(
    problems: Iterable[EvidenceProblem],
    changes: Sequence[PeriodChange],
    main: Mapping[str, int],
    records: Sequence[tuple[str, datetime | None]],
    period: Period,
) -> Iterator[EvidenceException]:
    """Yield what verification found in a period; what cannot be placed outside of it counts as inside.

    `main` are the places of main's commits, `records` those of the ledger, each with the time that it states.
    """
    dates = {change.id: change.commit.committed.isoformat() for change in changes}
    places = {record: place for place, (record, _) in enumerate(records)}
    after, before = _bounds([at for _, at in records], period)
    for problem in problems:
        if problem.is_record:
            place = places.get(problem.commit)
            if place is None or after < place < before:
                at = records[place][1] if place is not None else None
                yield _of_problem(problem, at.isoformat() if at else "")
        elif problem.commit in dates or problem.commit not in main:
            yield _of_problem(problem, dates.get(problem.commit, ""))


def change_exceptions(
    changes: Sequence[PeriodChange], ancestors: Mapping[str, datetime]
) -> Iterator[EvidenceException]:
    """Yield what stands out in the changes of a period; `ancestors` has the time of each commit's first parent."""
    for change in changes:
        committed = change.commit.committed
        before = ancestors.get(change.id)
        if before and committed < before - _CLOCK_SKEW:
            yield _of_change(
                "date-out-of-order",
                change,
                f"it says {committed.isoformat()}, and its parent {before.isoformat()}",
            )
        yield from _of_statement(change)
        for became in change.became:
            if became.became in ("failed", "refused", "open"):
                sentence = f"{became.path} is {became.became}: {became.reason}"
                yield _of_change("not-applied", change, sentence)


def apply_exceptions(applies: Iterable[RecordedApply]) -> Iterator[EvidenceException]:
    """Yield the applies that did not just follow main."""
    for each in applies:
        apply = each.apply
        for kind, sentence in (
            ("rolled-back", f"{apply.environment}: {apply.goingBack}" if apply.goingBack else ""),
            ("drift-reverted", f"{apply.environment}: {apply.reason}" if apply.is_drift_revert else ""),
            *(("critical-removed", f"{apply.environment}: {model}") for model in apply.confirmed),
        ):
            if sentence:
                yield EvidenceException(kind, each.record, apply.recordedAt, sentence, is_record=True)


def emergency_exceptions(emergencies: Iterable[PeriodEmergency]) -> Iterator[EvidenceException]:
    """Yield every emergency of a period, reviewed or not."""
    for each in emergencies:
        said = each.emergency
        reviews = "; ".join(f"{review.reviewer} {review.verdict} it" for review in each.reviews)
        yield EvidenceException(
            "emergency",
            each.record,
            said.since.isoformat(),
            f"{said.authoriser} let {', '.join(said.gates)} go for {', '.join(said.tenants)} until "
            f"{said.until.isoformat()}, for {said.incident}: {said.reason}; "
            f"{reviews or f'no review is on record, it was due on {said.reviewDue.isoformat()}'}",
            is_record=True,
        )


def _bounds(times: Sequence[datetime | None], period: Period) -> tuple[int, int]:
    """Return the places of the last record that is surely before a period, and of the first that is surely after."""
    dated = [(place, at) for place, at in enumerate(times) if at]
    inside = [place for place, at in dated if period.contains(at)] or [len(times)]
    last = max((place for place, at in dated if at < period.begins and place < inside[0]), default=-1)
    beyond = max(last, inside[-1] if inside[-1] < len(times) else -1)
    first = min((place for place, at in dated if at > period.ends and place > beyond), default=len(times))
    return last, first


def _of_statement(change: PeriodChange) -> Iterator[EvidenceException]:
    statement = change.statement
    if statement is None:
        return
    late = _late_by(change)
    if late is not None and late > LATE:
        hours = late.total_seconds() / 3600
        yield _of_change("late-record", change, f"it was recorded {hours:.1f} hours after its merge")
    for gate in statement.passed:
        yield _of_change(
            "gate-passed", change, f"{gate.rule} of {gate.path}, by the emergency {gate.emergency}"
        )
    for waiver in statement.waivers:
        yield _of_change(
            "finding-waived",
            change,
            f"{waiver.waiver} of {waiver.owner} suspended {waiver.rule} at {waiver.path} until {waiver.expires}: "
            f"{waiver.reason}",
        )


def _late_by(change: PeriodChange) -> timedelta | None:
    statement = change.statement
    if statement is None:
        return None
    try:
        merged = datetime.fromisoformat(change.merged_at or statement.committedAt)
        return datetime.fromisoformat(statement.recordedAt) - merged
    except (ValueError, TypeError):  # no time, or one without a zone beside one with it
        return None


def _of_change(kind: str, change: PeriodChange, sentence: str) -> EvidenceException:
    return EvidenceException(kind, change.id, change.commit.committed.isoformat(), sentence)


def _of_problem(problem: EvidenceProblem, at: str) -> EvidenceException:
    sentence = f"{problem.kind.sentence}: {problem.message}"
    return EvidenceException(problem.kind.value, problem.commit, at, sentence, problem.is_record)
