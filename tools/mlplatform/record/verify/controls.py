"""Whether what protects main was in force all the time, as those who looked at it recorded."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mlplatform.core.evidence.problem import EvidenceProblem, ProblemKind
from mlplatform.core.records.controls import ControlsPredicate


@dataclass(frozen=True, slots=True)
class RecordedControls:
    """A look at what protects main, the ledger's commit that holds it, and when it was, by the recorder's clock."""

    record: str
    at: datetime
    controls: ControlsPredicate


def controls_problems(
    looks: Sequence[RecordedControls], begins: datetime, ends: datetime, hours: int, end_commit: str
) -> Iterator[EvidenceProblem]:
    """Yield the looks that found a difference or nothing at all, and the gaps of more than some hours between them.

    `begins` and `ends` bound the time that has to be covered; a gap at its end is named at `end_commit` of main.
    """
    longest, last = timedelta(hours=hours), begins
    for look in looks:
        for message in _flaws(look.controls):
            yield EvidenceProblem(ProblemKind.CONTROLS, look.record, message, is_record=True)
        if look.at - last > longest:
            yield EvidenceProblem(ProblemKind.CONTROLS, look.record, _gap(last, look.at), is_record=True)
        last = max(last, look.at)
    if ends - last > longest:
        yield EvidenceProblem(ProblemKind.CONTROLS, end_commit, _gap(last, ends))


def _flaws(controls: ControlsPredicate) -> Iterator[str]:
    if controls.inForce == "unknown":
        yield f"what was in force could not be found out: {controls.cause}"
    for difference in controls.differences:
        yield f"{difference.control}: {difference.setting} was not as main declares it"


def _gap(since: datetime, until: datetime) -> str:
    return f"nobody looked between {since.isoformat()} and {until.isoformat()}"
