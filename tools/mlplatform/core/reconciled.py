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
    """The plan of an environment, the outcomes, the reverts that are proposed for what failed, and who approved it."""

    plan: Plan
    outcomes: tuple[Outcome, ...]
    reverts: tuple[Reverted, ...] = ()
    approvals: Approvals = field(default_factory=dict)

    @property
    def is_done(self) -> bool:
        return not self.plan.refused and all(o.result is Result.APPLIED for o in self.outcomes)
