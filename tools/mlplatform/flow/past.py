"""What the ledger says happened here: what was applied last, and what is on hold."""

from mlplatform.core.errors import Refusal
from mlplatform.core.hold import Holds, holds
from mlplatform.core.statement import Statement, last_applied
from mlplatform.flow.place import Place
from mlplatform.providers.git import Git, GitError
from mlplatform.providers.git.compare import is_ancestor


def statements(place: Place) -> tuple[Statement, ...]:
    """Everything on the ledgers as this clone knows them, oldest first; those of an environment are on one of them."""
    newest_first = (record.statement for ledger in place.ledgers() for record in ledger.newest_first())
    return tuple(newest_first)[::-1]


def holds_in(place: Place, environment: str) -> Holds:
    """What is on hold in an environment."""
    return holds(statements(place), environment)


def require_not_on_hold(place: Place, environment: str, model: str, version: str, digest: str) -> None:
    """Refusal when a version is on hold there: nobody proposes it again before somebody lifts the hold."""
    hold = holds_in(place, environment).get((model, digest))
    if hold and hold.aliases:  # without, a change of how a champion runs failed: the version itself is good
        raise Refusal(
            f"{model} {version} is on hold in {environment} since {hold.since}: {hold.reason}",
            fix=f"repair the cause, then: platform retry {model} --env {environment} --version {version}",
        )


def require_newer(git: Git, commit: str, environment: str, known: tuple[Statement, ...]) -> None:
    """Refusal when a commit does not contain the one that was applied last: a run that comes late undoes nothing."""
    last = last_applied(known, environment)
    if last is None or _contains(git, commit, last):
        return
    raise Refusal(
        f"{commit[:12]} does not contain {last[:12]}, which was applied to {environment} last",
        fix="apply a commit that does; to go back on purpose: "
        f'platform apply --env {environment} --rev {commit[:12]} --go-back "why"',
    )


def _contains(git: Git, commit: str, last: str) -> bool:
    try:
        return is_ancestor(git, last, commit)
    except GitError:  # the last one is not in this clone: what it held cannot be known
        return False
