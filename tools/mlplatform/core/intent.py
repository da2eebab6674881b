"""What a run on a shared target says before it changes anything: its machine, and its outbox, may never come back."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from mlplatform.core.outcome import Result
from mlplatform.core.statement import DEPLOYMENT, Statement, deployment_statement, subjects_of

INTENT = "urn:mlplatform:predicate:intent:v1"
INTERRUPTED = "the apply was interrupted before it said what happened"

Predicate = Mapping[str, Any]


def intent_statement(journal: str, plan: Predicate, changes: Iterable[Predicate]) -> Statement:
    """What is about to be done, and by whom: the plan's header, its changes, and the journal they are written to."""
    changes = list(changes)
    subjects = subjects_of(str(plan["environment"]), changes)
    return Statement(subjects, INTENT, {**plan, "intent": journal, "changes": changes})


def unreported_outcomes(changes: Iterable[Predicate]) -> list[dict[str, Any]]:
    """An outcome for each change that nobody has said anything of."""
    return [{**change, "result": Result.NOT_ATTEMPTED.value, "reason": INTERRUPTED} for change in changes]


def interrupted(intent: Statement) -> Statement:
    """The record of an apply of which nothing but its intent is known."""
    said = {key: value for key, value in intent.predicate.items() if key not in _ITS_OWN}
    return deployment_statement(said, unreported_outcomes(intent.predicate["changes"]))


def unfinished(oldest_first: Iterable[Statement], environment: str) -> tuple[Statement, ...]:
    """The intents for an environment that no record of what became of them followed."""
    begun: dict[str, Statement] = {}
    for statement in oldest_first:
        said = statement.predicate
        if said.get("environment") != environment:
            continue
        if statement.predicate_type == INTENT:
            begun[said["intent"]] = statement
        elif statement.predicate_type == DEPLOYMENT:
            for name in _names(said):
                begun.pop(name, None)
    return tuple(begun.values())


def _names(said: Predicate) -> Iterator[str]:
    yield said.get("id", "")
    yield said.get("intent", "")


_ITS_OWN = ("id", "recordedAt", "changes")
