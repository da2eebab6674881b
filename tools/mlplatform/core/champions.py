"""What was ever champion in an environment, as the ledger says it: going back to it is a rollback."""

from collections.abc import Iterable, Mapping, Sequence

from mlplatform.core.outcome import Result
from mlplatform.core.plan import Action
from mlplatform.core.statement import DEPLOYMENT, Statement

Champions = Mapping[str, Sequence[str]]


def champions(statements: Iterable[Statement], environment: str) -> Champions:
    """The digests of every version that became champion in an environment, by model; the latest is last."""
    found: dict[str, list[str]] = {}
    late_first = sorted(statements, key=lambda statement: not statement.predicate.get("late"))
    for statement in late_first:
        said = statement.predicate
        if statement.predicate_type != DEPLOYMENT or said["environment"] != environment:
            continue
        for outcome in said["outcomes"]:
            after = outcome["after"]
            if (outcome["action"], outcome["result"]) == (
                Action.CHAMPION.value,
                Result.APPLIED.value,
            ) and after:
                found.setdefault(outcome["resource"], []).append(after["digest"])
    return {model: tuple(digests) for model, digests in found.items()}
