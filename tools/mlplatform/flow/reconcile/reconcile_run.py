"""One reconcile of an environment while it holds the lease: what its steps share."""

from dataclasses import dataclass

from mlplatform.core.approvals import Approvals
from mlplatform.core.hold import Hold, Holds, holds
from mlplatform.core.kinds import Environment
from mlplatform.core.lease import Lease
from mlplatform.core.records.base import parse
from mlplatform.core.records.header import RunHeader
from mlplatform.core.records.statement import Statement
from mlplatform.core.repository import Repository
from mlplatform.flow.actor import actor
from mlplatform.flow.ledger_queries import statements
from mlplatform.flow.progress import ProgressReporter
from mlplatform.flow.reconcile.planning import ApplyOptions
from mlplatform.flow.workspace import Workspace
from mlplatform.record.ledger import Ledger


@dataclass(frozen=True, slots=True)
class ReconcileRun:
    """One reconcile of an environment; `holds_before` are the holds when it began."""

    workspace: Workspace
    repository: Repository
    environment: str
    settings: Environment
    progress: ProgressReporter
    options: ApplyOptions
    lease: Lease
    ledger: Ledger
    holds_before: Holds

    @property
    def commit(self) -> str:
        return str(self.repository.commit)

    def statements(self) -> tuple[Statement, ...]:
        """Return what is on the ledger so far, oldest first."""
        return statements(self.workspace, self.settings)

    def new_holds(self) -> list[Hold]:
        """Return the holds that this run added or changed."""
        holds_now = holds(self.statements(), self.environment)
        return [hold for key, hold in holds_now.items() if self.holds_before.get(key) != hold]

    def record_header(self, approvals: Approvals) -> RunHeader:
        """Return what every record of this run says: who runs it, who approved what it applies, its fence, and why."""
        return parse(
            RunHeader,
            {
                "identity": actor(),
                "approvedBy": sorted({name for each in approvals.values() for name in each.approved_by}),
                "approvals": {model: each.as_json() for model, each in sorted(approvals.items())},
                "fence": self.lease.fence,
                "goingBack": self.options.rollback_reason,
                "undoing": "drift" if self.options.add_drift_revert else None,
                "reason": self.options.reason,
                "confirmed": sorted(self.options.confirmed),
            },
        )
