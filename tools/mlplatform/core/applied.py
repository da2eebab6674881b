"""What was applied to an environment last, according to the ledger."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from mlplatform.core.outcome import Result
from mlplatform.core.records.changes import ChampionOutcome
from mlplatform.core.records.deployment import DeploymentPredicate
from mlplatform.core.records.hold import HoldPredicate
from mlplatform.core.records.intent import IntentPredicate
from mlplatform.core.records.snapshot import SnapshotPredicate
from mlplatform.core.records.statement import Statement


@dataclass(frozen=True, slots=True)
class Applied:
    """The commit that was applied last; after a rollback to an earlier commit, also the newest commit before that."""

    commit: str
    rolled_back_from: str | None = None


def applies(statements: Iterable[Statement], environment: str) -> Iterator[DeploymentPredicate]:
    """Yield the applies of an environment, in the order of the statements."""
    for statement in statements:
        predicate = statement.predicate
        if isinstance(predicate, DeploymentPredicate) and predicate.environment == environment:
            yield predicate


def applied_commits(oldest_first: Sequence[Statement], environment: str) -> tuple[str, ...]:
    """Return every commit that was applied to an environment, newest first, each once."""
    return tuple(dict.fromkeys(apply.commit for apply in applies(reversed(oldest_first), environment)))


def last_applied(oldest_first: Iterable[Statement], environment: str) -> Applied | None:
    """Return the commit that was applied to an environment last; None before the first apply."""
    last: Applied | None = None
    for apply in applies(oldest_first, environment):
        if apply.late:
            continue
        if last is None or (not apply.goingBack and apply.commit != last.commit):
            last = Applied(apply.commit)
        elif apply.commit != last.commit:
            last = Applied(apply.commit, last.rolled_back_from or last.commit)
    return last


def current_applies(oldest_first: Sequence[Statement], environment: str) -> Iterator[DeploymentPredicate]:
    """Yield the applies of an environment that are not marked as late, newest first."""
    return (apply for apply in applies(reversed(oldest_first), environment) if not apply.late)


def newest_apply(oldest_first: Sequence[Statement], environment: str) -> DeploymentPredicate | None:
    """Return the newest apply of an environment that is not marked as late."""
    return next(current_applies(oldest_first, environment), None)


def failures(oldest_first: Sequence[Statement], environment: str) -> dict[str, str]:
    """Return the reason of each model whose last apply failed."""
    reasons: dict[str, str | None] = {}
    for apply in current_applies(oldest_first, environment):
        in_this_apply: dict[str, str | None] = {}
        for outcome in apply.outcomes:
            in_this_apply.setdefault(outcome.resource, None)
            if outcome.result is Result.FAILED:
                in_this_apply[outcome.resource] = f"{outcome.action}: {outcome.reason}"
        reasons = {**in_this_apply, **reasons}
    return {model: reason for model, reason in reasons.items() if reason}


def last_champions(oldest_first: Sequence[Statement], environment: str) -> dict[str, tuple[str, str]]:
    """Return version and digest of the champion that each model was given last."""
    versions: dict[str, tuple[str, str]] = {}
    for apply in current_applies(oldest_first, environment):
        for outcome in apply.outcomes:
            if isinstance(outcome, ChampionOutcome) and outcome.result is Result.APPLIED and outcome.after:
                versions.setdefault(outcome.resource, (outcome.after.champion, outcome.after.digest))
    return versions


@dataclass(frozen=True, slots=True)
class PublishedSnapshot:
    """A snapshot on the ledger: the git object that holds it, and the digest that it must have."""

    environment: str
    blob: str
    digest: str


def newest_snapshot(
    oldest_first: Sequence[Statement], environment: str
) -> tuple[PublishedSnapshot | None, tuple[DeploymentPredicate, ...]]:
    """Return the newest snapshot of an environment and the deployments since, newest first.

    Reverts of drift are left out, as they restore what the snapshot says, and so are applies that changed nothing.
    """
    since: list[DeploymentPredicate] = []
    for statement in reversed(oldest_first):
        match statement.predicate:
            case SnapshotPredicate() as snapshot if snapshot.environment == environment:
                digest = statement.subjects.get(f"{environment}/snapshot", "")
                return PublishedSnapshot(environment, snapshot.blob, digest), tuple(since)
            case DeploymentPredicate() as apply if apply.environment == environment:
                if apply.outcomes and not apply.is_drift_revert:
                    since.append(apply)
    return None, tuple(since)


def newest_fence(statements: Iterable[Statement], environment: str) -> int:
    """Return the greatest fence in the records of an environment; 0 when there is none."""
    fenced = (DeploymentPredicate, IntentPredicate, HoldPredicate)
    predicates = (statement.predicate for statement in statements)
    fences = (
        predicate.fence
        for predicate in predicates
        if isinstance(predicate, fenced) and predicate.environment == environment
    )
    return max(fences, default=0)
