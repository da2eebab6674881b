"""Moves journals from the outbox to the ledger: none is lost, none is recorded twice."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from mlplatform.core.errors import Refusal
from mlplatform.core.hold import hold_statement, holds
from mlplatform.core.intent import interrupted, unfinished
from mlplatform.core.plan import Plan
from mlplatform.core.statement import Statement, newest_fence
from mlplatform.record.ledger import Ledger
from mlplatform.record.outbox import Journal, left_behind


def begin_journal(outbox: Path, plan: Plan, header: Mapping[str, Any], ledger: Ledger) -> Journal:
    """Write down what is about to be done; on a shared ledger too, as this machine may never come back."""
    journal = Journal.begin(outbox, plan, header)
    if ledger.shared:
        try:
            ledger.append(journal.intent())
        except Refusal:
            journal.path.unlink()  # nothing was begun
            raise
    return journal


def announce_holds(journal: Journal, environment: str, model: str, ledger: Ledger) -> None:
    """Tell the other machines of a shared ledger at once that a version of a model failed.

    If that fails it does not matter: the record at the end of the apply says so too.
    """
    statement = journal.statement()
    if ledger.shared is None or statement is None:
        return
    fence = statement.predicate.get("fence", 0)
    holds_of_model = [hold for hold in holds([statement], environment).values() if hold.model == model]
    with suppress(Refusal):
        for hold in holds_of_model:
            ledger.append(hold_statement(hold, fence))


def close_journal(journal: Journal, ledger: Ledger, newest: int = 0) -> None:
    """Put a finished journal on the ledger, and only then take it out of the outbox.

    When a later run has a greater fence, `newest`, the record is marked as late: it happened, and no longer says how
    things are now.
    """
    if statement := journal.statement():
        if 0 < statement.predicate.get("fence", 0) < newest:
            statement = replace(statement, predicate={**statement.predicate, "late": True})
        ledger.append(statement)
    journal.path.unlink()


def recover_journals(outbox: Path, environment: str, ledger: Ledger, statements: Sequence[Statement]) -> int:
    """Record the applies that died, on this machine or another; return how many there were.

    `statements` is the ledger, oldest first. The caller holds the lease.
    """
    journals = left_behind(outbox, environment)
    own = {journal.path.stem for journal in journals}
    elsewhere = [
        statement
        for statement in unfinished(statements, environment)
        if statement.predicate["intent"] not in own
    ]
    ids = {statement.predicate.get("id") for statement in statements}
    newest = newest_fence(statements, environment)
    for journal in journals:
        if journal.path.stem in ids:
            journal.path.unlink()
        else:
            close_journal(journal, ledger, newest)
    for intent in elsewhere:
        ledger.append(interrupted(intent))
    return len(journals) + len(elsewhere)
