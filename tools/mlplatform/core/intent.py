"""Intents: what a run is about to do to a shared environment, recorded first in case its machine never comes back."""

from collections.abc import Iterable

from mlplatform.core.outcome import Result
from mlplatform.core.records.base import extended
from mlplatform.core.records.changes import RecordedChange, RecordedOutcome, recorded_outcome
from mlplatform.core.records.deployment import DeploymentPredicate
from mlplatform.core.records.header import header_of
from mlplatform.core.records.intent import IntentPredicate
from mlplatform.core.records.statement import Statement

INTERRUPTED = "the apply was interrupted before it recorded what happened"


def unreported_outcomes(changes: Iterable[RecordedChange]) -> list[RecordedOutcome]:
    """Return a `not-attempted` outcome for each change whose outcome was never recorded."""
    return [recorded_outcome(change, Result.NOT_ATTEMPTED, INTERRUPTED) for change in changes]


def interrupted(intent: IntentPredicate) -> Statement:
    """Return the record of an apply of which only the intent is known."""
    outcomes = tuple(unreported_outcomes(intent.changes))
    return Statement.of(
        extended(DeploymentPredicate, header_of(intent), intent=intent.intent, outcomes=outcomes)
    )


def unfinished(oldest_first: Iterable[Statement], environment: str) -> tuple[IntentPredicate, ...]:
    """Return the intents for an environment that no record of their outcomes followed."""
    open_intents: dict[str, IntentPredicate] = {}
    for statement in oldest_first:
        match statement.predicate:
            case IntentPredicate() as intent if intent.environment == environment:
                open_intents[intent.intent] = intent
            case DeploymentPredicate() as apply if apply.environment == environment:
                open_intents.pop(apply.id, None)
                open_intents.pop(apply.intent, None)
    return tuple(open_intents.values())
