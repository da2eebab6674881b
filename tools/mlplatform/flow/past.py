"""What the ledger says happened here: what was applied last, and what is on hold."""

from contextlib import suppress

from pydantic import ValidationError

from mlplatform.core.errors import Refusal
from mlplatform.core.hold import Holds, holds
from mlplatform.core.kinds import Environment
from mlplatform.core.naming import Kind, path_of
from mlplatform.core.statement import Statement, last_applied
from mlplatform.flow.place import Place
from mlplatform.load.history import documents_at
from mlplatform.providers.git import Git, GitError
from mlplatform.providers.git.compare import is_ancestor


def statements(place: Place) -> tuple[Statement, ...]:
    """Everything on the ledgers as this clone knows them, oldest first; those of an environment are on one of them."""
    newest_first = (record.statement for ledger in place.ledgers() for record in ledger.newest_first())
    return tuple(newest_first)[::-1]


def holds_in(place: Place, environment: str) -> Holds:
    """What is on hold in an environment, as far as this clone knows."""
    return holds(statements(place), environment)


def holds_at(place: Place, commit: str, environment: str) -> Holds:
    """What is on hold in an environment that a commit declares; Refusal when its shared ledger cannot be asked.

    No other document is read: a proposal does not wait for all of a repository.
    """
    path = path_of(Kind.ENVIRONMENT, environment)
    with suppress(KeyError, ValidationError):  # what it lacks is said by whoever needs it
        settings = Environment.model_validate(documents_at(place.git, [(commit, path)])[commit, path])
        if settings.is_shared:
            place.ledger(settings).sync()
    return holds_in(place, environment)


def require_not_on_hold(known: Holds, model: str, version: str, digest: str) -> None:
    """Refusal when a version is on hold: nobody proposes it again before somebody lifts the hold."""
    hold = known.get((model, digest))
    if hold and hold.aliases:  # without, a change of how a champion runs failed: the version itself is good
        raise Refusal(
            f"{model} {version} is on hold in {hold.environment} since {hold.since}: {hold.reason}",
            fix=f"repair the cause, then: platform retry {model} --env {hold.environment} --version {version}",
        )


def require_newer(git: Git, commit: str, environment: str, known: tuple[Statement, ...]) -> None:
    """Refusal when a commit does not contain the one that was applied last, or is none newer than one that people went
    back from: a run that comes late undoes nothing."""
    last = last_applied(known, environment)
    if last is None or commit == last.commit:
        return
    on_purpose = f'to mean it: platform apply --env {environment} --rev {commit[:12]} --go-back "why"'
    if not _contains(git, commit, last.commit):
        raise Refusal(
            f"{commit[:12]} does not contain {last.commit[:12]}, which was applied to {environment} last",
            fix=f"apply a commit that does; {on_purpose}",
        )
    if last.left and (commit == last.left or not _contains(git, commit, last.left)):
        raise Refusal(
            f"{environment} was taken back from {last.left[:12]}, and {commit[:12]} is not newer than that",
            fix=f"apply the commit that repairs it; {on_purpose}",
        )


def _contains(git: Git, commit: str, last: str) -> bool:
    try:
        return is_ancestor(git, last, commit)
    except GitError:  # the last one is not in this clone: what it held cannot be known
        return False
