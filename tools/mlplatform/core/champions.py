"""The champions of an environment according to the ledger: only a version among them can be rolled back to."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from mlplatform.core.applied import applies
from mlplatform.core.outcome import Result
from mlplatform.core.records.changes import AliasesAfter, ChampionOutcome
from mlplatform.core.records.statement import Statement

Champions = Mapping[str, Sequence[str]]
RecordedAliases = Mapping[str, Mapping[str, str | None]]


def champions(statements: Iterable[Statement], environment: str) -> Champions:
    """Return the digests of every version that became champion in an environment, by model, oldest first."""
    digests_by_model: dict[str, list[str]] = {}
    for model, after in _applied(statements, environment):
        if after:
            digests_by_model.setdefault(model, []).append(after.digest)
    return {model: tuple(digests) for model, digests in digests_by_model.items()}


def recorded_aliases(statements: Iterable[Statement], environment: str) -> RecordedAliases:
    """Return the aliases that an apply gave each model last: `champion` and `previous`, by model.

    What a registry has instead was changed by hand, or by a call that was given up and carried out afterwards.
    """
    recorded: dict[str, Mapping[str, str | None]] = {}
    for model, after in _applied(statements, environment):
        recorded[model] = {"champion": after.champion, "previous": after.previous} if after else {}
    return recorded


def _applied(statements: Iterable[Statement], environment: str) -> Iterator[tuple[str, AliasesAfter | None]]:
    """Yield each model with what its aliases became (None: it was removed), oldest first; late records come first."""
    for apply in sorted(applies(statements, environment), key=lambda apply: not apply.late):
        for outcome in apply.outcomes:
            if isinstance(outcome, ChampionOutcome) and outcome.result is Result.APPLIED:
                yield outcome.resource, outcome.after
