"""What a verification found: the problems, what was looked at, and how far."""

from dataclasses import dataclass

from mlplatform.core.evidence.checkpoint import Checkpoint
from mlplatform.core.evidence.problem import EvidenceProblem
from mlplatform.core.evidence.reconciliation import AppliedChange


@dataclass(frozen=True, slots=True)
class Counts:
    """How much was looked at: records (`unsigned` of them by earlier releases), changes of main, and applies."""

    records: int
    unsigned: int
    changes: int
    applies: int


@dataclass(frozen=True, slots=True)
class Verification:
    """The problems in the order of their commits, and what became of each change of an environment.

    `ledger` is the ref that was read. `checkpoint` is where the next verification may begin.
    """

    ledger: str
    problems: tuple[EvidenceProblem, ...]
    counts: Counts
    reconciliation: tuple[AppliedChange, ...]
    checkpoint: Checkpoint

    @property
    def is_clean(self) -> bool:
        return not self.problems

    @property
    def open_changes(self) -> tuple[AppliedChange, ...]:
        return tuple(change for change in self.reconciliation if change.became == "open")
