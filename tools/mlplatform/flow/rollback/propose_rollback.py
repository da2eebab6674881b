"""Proposes to pin again what an environment pinned before."""

from mlplatform.flow.ledger_queries import holds_at, require_not_on_hold
from mlplatform.flow.promotion.proposals import ProposalRequest
from mlplatform.flow.workspace import Workspace
from mlplatform.load.history import history
from mlplatform.propose.proposal import Proposal
from mlplatform.propose.rollback import rollback


def propose_rollback(workspace: Workspace, asked: ProposalRequest, to: str | None) -> Proposal:
    """Pin again what the environment pinned before."""
    base = workspace.git.resolve(asked.base)
    past = history(workspace.git, base)
    on_hold = holds_at(workspace, base, asked.environment)
    held = [hold for hold in on_hold.values() if hold.model == asked.model]
    for hold in held:
        if hold.version == to:
            require_not_on_hold(on_hold, asked.model, hold.version, hold.digest)
    return rollback(
        workspace.git,
        past,
        environment=asked.environment,
        model=asked.model,
        to=to,
        reason=asked.reason,
        excluded_digests=frozenset(hold.digest for hold in held if hold.aliases),
    )
