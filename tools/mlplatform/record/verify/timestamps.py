"""Whether an authority's word on the time of a record is valid, and says what the record says."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from mlplatform.core.evidence.problem import ProblemKind
from mlplatform.providers.signing.ssh import SignatureError
from mlplatform.providers.signing.timestamp import verify_timestamp
from mlplatform.record.ledger_commits import LedgerCommit

_APART = timedelta(minutes=15)


def timestamp_flaws(
    commit: LedgerCommit, recorded_at: datetime | None, authorities: Sequence[str]
) -> Iterator[tuple[ProblemKind, str]]:
    """Yield what is wrong with a record's timestamp; nothing where it has none, or no authority is trusted."""
    if commit.timestamp is None or commit.data is None or not authorities:
        return
    try:
        stamped = verify_timestamp(commit.timestamp, commit.data, authorities)
    except SignatureError as why:
        yield ProblemKind.TIMESTAMP, why.message
        return
    if recorded_at is None or abs(stamped - recorded_at) > _APART:
        says = recorded_at.isoformat() if recorded_at else "no time"
        yield ProblemKind.TIMESTAMP, f"it says {says}, and its timestamp {stamped.isoformat()}"
