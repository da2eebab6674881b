"""Moves journals from the outbox to the ledger: none is lost, none is recorded twice."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from mlplatform.core.applied import applies, newest_fence
from mlplatform.core.errors import Refusal
from mlplatform.core.hold import hold_statement, holds
from mlplatform.core.intent import interrupted, unfinished
from mlplatform.core.plan import Plan
from mlplatform.core.records.header import RunHeader
from mlplatform.core.records.statement import Statement
from mlplatform.record.ledger import Ledger
from mlplatform.record.outbox import Journal, left_behind


def begin_journal(outbox: Path, plan: Plan, run: RunHeader, ledger: Ledger) -> Journal:
    """Write down what is about to be done; on a shared ledger too, as this machine may never come back."""
    journal = Journal.begin(outbox, plan, run)
    if ledger.shared:
        try:
            ledger.append(Statement.of(journal.intent()))
        except Refusal:
            journal.path.unlink()  # nothing was begun
            raise
    return journal


def announce_holds(journal: Journal, environment: str, model: str, ledger: Ledger) -> None:
    """Tell the other machines of a shared ledger at once that a version of a model failed.

    If that fails it does not matter: the record at the end of the apply says so too.
    """
    apply = journal.deployment()
    if ledger.shared is None or apply is None:
        return
    new_holds = holds([Statement.of(apply)], environment).values()
    holds_of_model = [hold for hold in new_holds if hold.model == model]
    with suppress(Refusal):
        for hold in holds_of_model:
            ledger.append(hold_statement(hold, apply.fence))


def close_journal(journal: Journal, ledger: Ledger, newest: int = 0) -> None:
    """Put a finished journal on the ledger, and only then take it out of the outbox.

    When a later run has a greater fence, `newest`, the record is marked as late: it happened, and no longer says how
    things are now.
    """
    if apply := journal.deployment():
        ledger.append(Statement.of(replace(apply, late=0 < apply.fence < newest)))
    journal.path.unlink()


def recover_journals(outbox: Path, environment: str, ledger: Ledger, statements: Sequence[Statement]) -> int:
    """Record the applies that died, on this machine or another; return how many there were.

    `statements` is the ledger, oldest first. The caller holds the lease.
    """
    journals = left_behind(outbox, environment)
    own = {journal.path.stem for journal in journals}
    elsewhere = [intent for intent in unfinished(statements, environment) if intent.intent not in own]
    ids = {apply.id for apply in applies(statements, environment)}
    newest = newest_fence(statements, environment)
    for journal in journals:
        if journal.path.stem in ids:
            journal.path.unlink()
        else:
            close_journal(journal, ledger, newest)
    for intent in elsewhere:
        ledger.append(interrupted(intent))
    return len(journals) + len(elsewhere)
