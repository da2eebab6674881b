"""Proposes to pin again a version that an environment pinned before."""

from mlplatform.flow.promotion.proposals import ProposalRequest
from mlplatform.flow.rollback.holds import holds_at, require_not_on_hold
from mlplatform.flow.workspace import Workspace
from mlplatform.load.history import history
from mlplatform.propose.proposal import Proposal
from mlplatform.propose.rollback import rollback


def propose_rollback(workspace: Workspace, request: ProposalRequest, to: str | None) -> Proposal:
    """Propose to pin the version `to` again (None: the newest earlier one that is not on hold)."""
    base = workspace.git.resolve(request.base)
    past = history(workspace.git, base)
    on_hold = holds_at(workspace, base, request.environment)
    model_holds = [hold for hold in on_hold.values() if hold.model == request.model]
    for hold in model_holds:
        if hold.version == to:
            require_not_on_hold(on_hold, request.model, hold.version, hold.digest)
    return rollback(
        workspace.git,
        past,
        environment=request.environment,
        model=request.model,
        to=to,
        reason=request.reason,
        excluded_digests=frozenset(hold.digest for hold in model_holds if hold.aliases),
    )
