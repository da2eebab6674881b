"""From the outbox to the ledger: nothing is forgotten, nothing is written twice."""

from dataclasses import replace
from pathlib import Path

from mlplatform.record.ledger import Ledger
from mlplatform.record.outbox import Journal, left_behind


def close(journal: Journal, ledger: Ledger, newest_fence: int = 0) -> None:
    """Put a finished journal on the ledger, and only then take it out of the outbox.

    One that others have overtaken is marked as late: what it says happened, and stands for nothing that is so now.
    """
    if statement := journal.statement():
        if 0 < statement.predicate.get("fence", 0) < newest_fence:
            statement = replace(statement, predicate={**statement.predicate, "late": True})
        ledger.append(statement)
    journal.path.unlink()


def recover(outbox: Path, environment: str, ledger: Ledger) -> int:
    """Put what dead applies left behind on the ledger; returns how many there were. The caller holds the lease."""
    journals = left_behind(outbox, environment)
    if not journals:
        return 0
    records = list(ledger.newest_first())
    known = {record.id for record in records}
    said = (record.statement.predicate for record in records)
    newest = max((one.get("fence", 0) for one in said if one.get("environment") == environment), default=0)
    for journal in journals:
        if journal.path.stem in known:
            journal.path.unlink()
        else:
            close(journal, ledger, newest)
    return len(journals)
