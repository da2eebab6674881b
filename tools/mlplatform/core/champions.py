"""The champions of an environment according to the ledger: only a version among them can be rolled back to."""

from collections.abc import Iterable, Mapping, Sequence

from mlplatform.core.outcome import Result
from mlplatform.core.plan import Action
from mlplatform.core.statement import DEPLOYMENT, Statement

Champions = Mapping[str, Sequence[str]]


def champions(statements: Iterable[Statement], environment: str) -> Champions:
    """Return the digests of every version that became champion in an environment, by model, oldest first."""
    digests_by_model: dict[str, list[str]] = {}
    late_first = sorted(statements, key=lambda statement: not statement.predicate.get("late"))
    for statement in late_first:
        predicate = statement.predicate
        if statement.predicate_type != DEPLOYMENT or predicate["environment"] != environment:
            continue
        for outcome in predicate["outcomes"]:
            after = outcome["after"]
            if (outcome["action"], outcome["result"]) == (
                Action.CHAMPION.value,
                Result.APPLIED.value,
            ) and after:
                digests_by_model.setdefault(outcome["resource"], []).append(after["digest"])
    return {model: tuple(digests) for model, digests in digests_by_model.items()}
