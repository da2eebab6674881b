"""The result of reconciling one environment."""

from dataclasses import dataclass, field

from mlplatform.core.approvals import Approvals
from mlplatform.core.hold import Hold
from mlplatform.core.outcome import Outcome, Result
from mlplatform.core.plan import Plan


@dataclass(frozen=True, slots=True)
class Reverted:
    """A version that went on hold, with the branch that proposes the version before it, or why there is no branch."""

    hold: Hold
    branch: str | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Reconciled:
    """The plan of an environment, the outcomes, the reverts that are proposed for what failed, and who approved it.

    `held_before` are the models that were on hold before this change: that they still are is no failure of it.
    """

    plan: Plan
    outcomes: tuple[Outcome, ...]
    reverts: tuple[Reverted, ...] = ()
    approvals: Approvals = field(default_factory=dict)
    held_before: frozenset[str] = frozenset()

    @property
    def is_done(self) -> bool:
        """True when nothing of this change was refused, and everything that was to be done is."""
        refused = {refusal.resource for refusal in self.plan.refused} - self.held_before
        return not refused and all(outcome.result is Result.APPLIED for outcome in self.outcomes)
