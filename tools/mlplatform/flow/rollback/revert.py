"""The automatic revert: what failed is taken back in the YAML too, as a proposal for people to merge."""

from collections.abc import Iterable

from mlplatform.core.errors import Refusal
from mlplatform.core.hold import Hold
from mlplatform.core.reconciled import Reverted
from mlplatform.flow.ledger_queries import holds_in
from mlplatform.flow.workspace import Workspace
from mlplatform.load.history import history
from mlplatform.propose.branch import commit_proposal
from mlplatform.propose.rollback import rollback


def propose_reverts(workspace: Workspace, commit: str, held: Iterable[Hold]) -> tuple[Reverted, ...]:
    """A rollback on a branch of its own for each version that went on hold; what cannot be proposed is said."""
    held = tuple(held)
    if not held:
        return ()
    past = history(workspace.git, commit)
    others = holds_in(workspace, held[0].environment).values()
    barred = frozenset(hold.digest for hold in (*held, *others) if hold.aliases)
    found = []
    for hold in held:
        if not hold.aliases:
            found.append(Reverted(hold, None, "it answers as it did before its document changed"))
            continue
        try:
            proposal = rollback(
                workspace.git,
                past,
                environment=hold.environment,
                model=hold.model,
                to=hold.aliases.get("champion"),
                reason=f"{hold.version} failed: {hold.reason}",
                excluded_digests=barred,
            )
            found.append(Reverted(hold, commit_proposal(workspace.git, proposal).branch))
        except Refusal as why:
            found.append(Reverted(hold, None, str(why)))
    return tuple(found)
