"""Intents: what a run is about to do to a shared environment, recorded first in case its machine never comes back."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from mlplatform.core.outcome import Result
from mlplatform.core.statement import DEPLOYMENT, Statement, deployment_statement, subjects_of

INTENT = "urn:mlplatform:predicate:intent:v1"
INTERRUPTED = "the apply was interrupted before it recorded what happened"

Predicate = Mapping[str, Any]


def intent_statement(journal: str, plan: Predicate, changes: Iterable[Predicate]) -> Statement:
    """Return the record of an intent: the plan's header, its changes, and the journal that outcomes are written to."""
    changes = list(changes)
    subjects = subjects_of(str(plan["environment"]), changes)
    return Statement(subjects, INTENT, {**plan, "intent": journal, "changes": changes})


def unreported_outcomes(changes: Iterable[Predicate]) -> list[dict[str, Any]]:
    """Return a `not-attempted` outcome for each change whose outcome was never recorded."""
    return [{**change, "result": Result.NOT_ATTEMPTED.value, "reason": INTERRUPTED} for change in changes]


def interrupted(intent: Statement) -> Statement:
    """Return the record of an apply of which only the intent is known."""
    header = {key: value for key, value in intent.predicate.items() if key not in _ONLY_IN_INTENT}
    return deployment_statement(header, unreported_outcomes(intent.predicate["changes"]))


def unfinished(oldest_first: Iterable[Statement], environment: str) -> tuple[Statement, ...]:
    """Return the intents for an environment that no record of their outcomes followed."""
    open_intents: dict[str, Statement] = {}
    for statement in oldest_first:
        predicate = statement.predicate
        if predicate.get("environment") != environment:
            continue
        if statement.predicate_type == INTENT:
            open_intents[predicate["intent"]] = statement
        elif statement.predicate_type == DEPLOYMENT:
            for name in _names(predicate):
                open_intents.pop(name, None)
    return tuple(open_intents.values())


def _names(predicate: Predicate) -> Iterator[str]:
    yield predicate.get("id", "")
    yield predicate.get("intent", "")


_ONLY_IN_INTENT = ("id", "recordedAt", "changes")
