"""The champions of an environment according to the ledger: only a version among them can be rolled back to."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from mlplatform.core.outcome import Result
from mlplatform.core.plan import Action
from mlplatform.core.snapshot import ALIASES
from mlplatform.core.statement import DEPLOYMENT, Statement

Champions = Mapping[str, Sequence[str]]
RecordedAliases = Mapping[str, Mapping[str, str | None]]


def champions(statements: Iterable[Statement], environment: str) -> Champions:
    """Return the digests of every version that became champion in an environment, by model, oldest first."""
    digests_by_model: dict[str, list[str]] = {}
    for model, after in _applied(statements, environment):
        if after:
            digests_by_model.setdefault(model, []).append(after["digest"])
    return {model: tuple(digests) for model, digests in digests_by_model.items()}


def recorded_aliases(statements: Iterable[Statement], environment: str) -> RecordedAliases:
    """Return the aliases that an apply gave each model last: `champion` and `previous`, by model.

    What a registry has instead was changed by hand, or by a call that was given up and carried out afterwards.
    """
    recorded: dict[str, Mapping[str, str | None]] = {}
    for model, after in _applied(statements, environment):
        recorded[model] = {alias: after.get(alias) for alias in ALIASES} if after else {}
    return recorded


def _applied(
    statements: Iterable[Statement], environment: str
) -> Iterator[tuple[str, Mapping[str, Any] | None]]:
    """Yield each model with what its aliases became (None: it was removed), oldest first; late records come first."""
    for statement in sorted(statements, key=lambda statement: not statement.predicate.get("late")):
        predicate = statement.predicate
        if statement.predicate_type != DEPLOYMENT or predicate["environment"] != environment:
            continue
        for outcome in predicate["outcomes"]:
            is_applied = (outcome["action"], outcome["result"]) == (
                Action.CHAMPION.value,
                Result.APPLIED.value,
            )
            if is_applied:
                yield outcome["resource"], outcome["after"]
