"""What the ledger says happened here: what was applied last, and what is on hold."""

from contextlib import suppress

from pydantic import ValidationError

from mlplatform.core.errors import Refusal
from mlplatform.core.hold import Holds, holds
from mlplatform.core.kinds import Environment
from mlplatform.core.naming import Kind, path_of
from mlplatform.core.statement import Statement, last_applied
from mlplatform.flow.workspace import MAIN, REMOTE, Workspace
from mlplatform.load.history import documents_at
from mlplatform.providers.git import Git, GitError
from mlplatform.providers.git.compare import is_ancestor
from mlplatform.providers.git.remote import RemoteRef


def statements(workspace: Workspace, settings: Environment | None = None) -> tuple[Statement, ...]:
    """Everything on the ledgers as this clone knows them, oldest first.

    With the `settings` of an environment its present ledger comes last: it may have had another one before.
    """
    ledgers = workspace.ledgers() if settings is None or settings.is_shared else workspace.ledgers()[::-1]
    newest_first = (record.statement for ledger in ledgers for record in ledger.newest_first())
    return tuple(newest_first)[::-1]


def holds_in(workspace: Workspace, environment: str, settings: Environment | None = None) -> Holds:
    """What is on hold in an environment, as far as this clone knows."""
    return holds(statements(workspace, settings), environment)


def holds_at(workspace: Workspace, commit: str, environment: str) -> Holds:
    """What is on hold in an environment that a commit declares; Refusal when its shared ledger cannot be asked.

    No other document is read: a proposal does not wait for all of a repository.
    """
    path = path_of(Kind.ENVIRONMENT, environment)
    settings: Environment | None = None
    with suppress(KeyError, ValidationError):  # what it lacks is said by whoever needs it
        settings = Environment.model_validate(documents_at(workspace.git, [(commit, path)])[commit, path])
    if settings and settings.is_shared:
        workspace.ledger(settings).sync()
    return holds_in(workspace, environment, settings)


def require_not_on_hold(known: Holds, model: str, version: str, digest: str) -> None:
    """Refusal when a version is on hold: nobody proposes it again before somebody lifts the hold."""
    hold = known.get((model, digest))
    if hold and hold.aliases:  # without, a change of how a champion runs failed: the version itself is good
        raise Refusal(
            f"{model} {version} is on hold in {hold.environment} since {hold.since}: {hold.reason}",
            fix=f"repair the cause, then: platform retry {model} --env {hold.environment} --version {version}",
        )


def why_not_applied(workspace: Workspace, settings: Environment, commit: str, environment: str) -> str:
    """Why an apply would refuse a commit, whatever its plan; nothing when it would take it."""
    try:
        if settings.is_shared:
            require_merged(workspace, commit)
        require_newer(workspace.git, commit, environment, statements(workspace, settings))
    except Refusal as why:
        return str(why)
    return ""


def require_merged(workspace: Workspace, commit: str) -> None:
    """Refusal when a commit is not on the remote's main branch: what others serve was reviewed."""
    tip = RemoteRef(workspace.git, REMOTE, f"refs/heads/{MAIN}").fetch()
    if tip is None or not is_ancestor(workspace.git, commit, tip):
        raise Refusal(
            f"{commit[:12]} is not on {MAIN} of {REMOTE}, and a shared environment takes only what was merged",
            fix=f"merge it, or push {MAIN}",
        )


def require_newer(
    git: Git, commit: str, environment: str, known: tuple[Statement, ...], *, again: bool = False
) -> None:
    """Refusal when a commit does not contain the one that was applied last, or is none newer than one that people went
    back from: a run that comes late undoes nothing. That one itself may be tried `again` on purpose."""
    last = last_applied(known, environment)
    if last is None or commit == last.commit:
        return
    if not _contains(git, commit, last.commit):
        raise Refusal(
            f"{commit[:12]} does not contain {last.commit[:12]}, which was applied to {environment} last",
            fix="apply a commit that does; to go back on purpose: "
            f'platform apply --env {environment} --rev {commit[:12]} --go-back "why"',
        )
    if last.rolled_back_from and not (
        _contains(git, commit, last.rolled_back_from) and (again or commit != last.rolled_back_from)
    ):
        raise Refusal(
            f"{environment} was taken back from {last.rolled_back_from[:12]}, and {commit[:12]} is not newer than that",
            fix=f"merge what repairs it; a model of it that is good: platform retry MODEL --env {environment}",
        )


def _contains(git: Git, commit: str, last: str) -> bool:
    try:
        return is_ancestor(git, last, commit)
    except GitError:  # the last one is not in this clone: what it held cannot be known
        return False
