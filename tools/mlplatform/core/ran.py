"""Which versions ran in an environment, by its ledger: a version that was only pinned proves nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from mlplatform.core.applied import applies
from mlplatform.core.champions import Champions, champions
from mlplatform.core.hold import holds
from mlplatform.core.records.statement import Statement


@dataclass(frozen=True, slots=True)
class Ran:
    """The versions of an environment by model and digest: which became champion, and which are on hold.

    `is_recorded` is False where no apply of the environment is on the ledger at all.
    """

    champions: Champions = field(default_factory=dict)
    on_hold: frozenset[tuple[str, str]] = frozenset()
    is_recorded: bool = False

    def has(self, model: str, digest: str) -> bool:
        """True when a version was applied and answered there."""
        return digest in self.champions.get(model, ())

    def is_on_hold(self, model: str, digest: str) -> bool:
        return (model, digest) in self.on_hold


RanByEnvironment = Mapping[str, Ran]


def ran_in(oldest_first: Iterable[Statement], environment: str) -> Ran:
    """Return what the statements of a ledger say of an environment."""
    statements = tuple(oldest_first)
    return Ran(
        champions(statements, environment),
        frozenset(holds(statements, environment)),
        any(True for _ in applies(statements, environment)),
    )
