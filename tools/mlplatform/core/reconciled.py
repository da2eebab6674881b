"""What became of an environment in one run."""

from dataclasses import dataclass

from mlplatform.core.hold import Hold
from mlplatform.core.outcome import Outcome, Result
from mlplatform.core.plan import Plan


@dataclass(frozen=True, slots=True)
class Reverted:
    """A version that went on hold, with the branch that proposes the one before it, or why there is none."""

    hold: Hold
    branch: str | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What was planned for an environment, what happened, and what is proposed to take failures back."""

    plan: Plan
    outcomes: tuple[Outcome, ...]
    reverts: tuple[Reverted, ...] = ()

    @property
    def is_done(self) -> bool:
        return not self.plan.refused and all(o.result is Result.APPLIED for o in self.outcomes)
