"""Which commits may be applied to an environment: merged ones, and none older than the one applied last."""

from mlplatform.core.applied import last_applied
from mlplatform.core.errors import Refusal
from mlplatform.core.kinds import Environment
from mlplatform.core.records.statement import Statement
from mlplatform.flow.lacking_commits import lacking_commits
from mlplatform.flow.ledger_queries import statements
from mlplatform.flow.workspace import MAIN, REMOTE, Workspace
from mlplatform.providers.git import Git, GitError
from mlplatform.providers.git.compare import is_ancestor
from mlplatform.providers.git.remote import RemoteRef


def why_not_applied(workspace: Workspace, settings: Environment, commit: str, environment: str) -> str:
    """Return why an apply would refuse a commit, whatever its plan says; empty when it would accept it."""
    try:
        if settings.is_shared:
            require_merged(workspace, commit)
        require_newer(workspace.git, commit, environment, statements(workspace, settings))
    except Refusal as refusal:
        return str(refusal)
    return ""


def require_merged(workspace: Workspace, commit: str) -> None:
    """Refusal when a commit is not on the remote's main branch: a shared environment runs only what was reviewed."""
    tip = RemoteRef(workspace.git, REMOTE, f"refs/heads/{MAIN}").fetch()
    if tip is None or not is_ancestor(workspace.git, commit, tip):
        raise Refusal(
            f"{commit[:12]} is not on {MAIN} of {REMOTE}, and a shared environment takes only what was merged",
            fix=f"merge it, or push {MAIN}",
        )


def require_newer(
    git: Git, commit: str, environment: str, ledger: tuple[Statement, ...], *, again: bool = False
) -> None:
    """Refusal when a commit does not contain the one applied last, so that a run that comes late undoes nothing.

    After a rollback the commit must also be newer than the one that was rolled back. With `again` that commit itself is
    accepted too: somebody retries it on purpose. `ledger` has the statements, oldest first.
    """
    last = last_applied(ledger, environment)
    if last is None or commit == last.commit:
        return
    if not _contains(git, commit, last.commit):
        if git.is_shallow():
            raise Refusal(
                f"this clone is shallow, so whether {commit[:12]} contains {last.commit[:12]}, which was applied to "
                f"{environment} last, is unknown",
                fix="`git fetch --unshallow`",
            )
        lacking = lacking_commits(git, commit, environment, ledger)
        raise Refusal(
            f"{commit[:12]} does not contain {last.commit[:12]}, which was applied to {environment} last; {lacking}",
            fix=f"take a commit that does, as with `--rev {MAIN}`; to go back on purpose: "
            f'platform apply --env {environment} --rev {commit[:12]} --go-back "why"',
        )
    if last.rolled_back_from and not (
        _contains(git, commit, last.rolled_back_from) and (again or commit != last.rolled_back_from)
    ):
        raise Refusal(
            f"{environment} was rolled back from {last.rolled_back_from[:12]}, and {commit[:12]} is not newer",
            fix=f"merge a repair first; to try a good model again: platform retry MODEL --env {environment}",
        )


def _contains(git: Git, commit: str, ancestor: str) -> bool:
    try:
        return is_ancestor(git, ancestor, commit)
    except GitError:  # the ancestor is not in this clone: nobody here can tell
        return False
