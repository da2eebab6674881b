"""From the outbox to the ledger: nothing is forgotten, nothing is written twice."""

from pathlib import Path

from mlplatform.record.ledger import Ledger
from mlplatform.record.outbox import Journal, left_behind


def close(journal: Journal, ledger: Ledger) -> None:
    """Put a finished journal on the ledger, and only then take it out of the outbox."""
    if statement := journal.statement():
        ledger.append(statement)
    journal.path.unlink()


def recover(outbox: Path, environment: str, ledger: Ledger) -> int:
    """Put what dead applies left behind on the ledger; returns how many there were. The caller holds the lease."""
    journals = left_behind(outbox, environment)
    if not journals:
        return 0
    known = {record.id for record in ledger.newest_first()}
    for journal in journals:
        if journal.path.stem in known:
            journal.path.unlink()
        else:
            close(journal, ledger)
    return len(journals)
