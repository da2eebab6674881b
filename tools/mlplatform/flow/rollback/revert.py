"""Reverts in Git what failed: proposes a rollback for each version that went on hold."""

from collections.abc import Iterable

from mlplatform.core.errors import Refusal
from mlplatform.core.hold import Hold
from mlplatform.core.reconciled import Reverted
from mlplatform.flow.rollback.holds import holds_in
from mlplatform.flow.workspace import Workspace
from mlplatform.load.history import history
from mlplatform.propose.branch import commit_proposal
from mlplatform.propose.rollback import rollback


def propose_reverts(workspace: Workspace, commit: str, new_holds: Iterable[Hold]) -> tuple[Reverted, ...]:
    """Commit a rollback, on a branch of its own, for each new hold; where that is refused, return the reason."""
    new_holds = tuple(new_holds)
    if not new_holds:
        return ()
    past = history(workspace.git, commit)
    other_holds = holds_in(workspace, new_holds[0].environment).values()
    excluded = frozenset(hold.digest for hold in (*new_holds, *other_holds) if hold.aliases)
    reverts = []
    for hold in new_holds:
        if not hold.aliases:
            reverts.append(Reverted(hold, None, "it answers as it did before its document changed"))
            continue
        try:
            proposal = rollback(
                workspace.git,
                past,
                environment=hold.environment,
                model=hold.model,
                to=hold.aliases.get("champion"),
                reason=f"{hold.version} failed: {hold.reason}",
                excluded_digests=excluded,
            )
            reverts.append(Reverted(hold, commit_proposal(workspace.git, proposal).branch))
        except Refusal as refusal:
            reverts.append(Reverted(hold, None, str(refusal)))
    return tuple(reverts)
