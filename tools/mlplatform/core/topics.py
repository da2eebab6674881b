"""Topics of the ledger: what a statement decides, so that a reader needs only the newest statement on each topic."""

from collections.abc import Collection, Iterable, Iterator
from enum import StrEnum
from typing import NamedTuple

from mlplatform.core.hold import hold_changes
from mlplatform.core.outcome import Result
from mlplatform.core.records.changes import AliasesAfter, ChampionOutcome, CopyOutcome, Route, RouteOutcome
from mlplatform.core.records.deployment import DeploymentPredicate
from mlplatform.core.records.hold import HoldPredicate
from mlplatform.core.records.registration import RegistrationPredicate
from mlplatform.core.records.retry import RetryPredicate
from mlplatform.core.records.snapshot import SnapshotPredicate
from mlplatform.core.records.statement import Statement

Activated = Route | AliasesAfter | None  # what an apply moved a model's route or champion to


class TopicKind(StrEnum):
    """What a topic is about: an environment, a model in it, or a version of the model in it."""

    APPLY = "apply"  # an apply that says how things are
    CHANGES = "changes"  # an apply after which the snapshot before it is out of date
    SNAPSHOT = "snapshot"
    OUTCOMES = "outcomes"  # of a model
    CHAMPION = "champion"  # of a model
    ACTIVATION = "activation"  # of a model: its route or champion was moved
    ACTIVATED = "activated"  # a version: by that
    HOLD = "hold"  # of a version: it begins or ends
    ORIGIN = "origin"  # of a version, in any environment


class Topic(NamedTuple):
    kind: TopicKind
    environment: str = ""
    model: str = ""
    digest: str = ""


def topics(statement: Statement) -> frozenset[Topic]:
    """Return the topics that a statement decides, until a newer one does."""
    match statement.predicate:
        case RegistrationPredicate() as registration:
            return frozenset([Topic(TopicKind.ORIGIN, "", registration.model, registration.digest)])
        case SnapshotPredicate() as snapshot:
            return frozenset([Topic(TopicKind.SNAPSHOT, snapshot.environment)])
        case HoldPredicate() | RetryPredicate() as predicate:
            return frozenset(_holds(predicate))
        case DeploymentPredicate() as apply:
            return frozenset((*_holds(apply), *_of_any_apply(apply), *_of_current_apply(apply)))
    return frozenset()


def status_topics(environment: str, models: Iterable[str], pins: Iterable[tuple[str, str]]) -> set[Topic]:
    """Return the topics that the status of an environment's models depends on; `pins` are models with a digest."""
    of_environment = (TopicKind.APPLY, TopicKind.CHANGES, TopicKind.SNAPSHOT)
    of_model = (TopicKind.OUTCOMES, TopicKind.CHAMPION)
    return {
        *(Topic(kind, environment) for kind in of_environment),
        *(Topic(kind, environment, model) for model in models for kind in of_model),
        *(Topic(TopicKind.HOLD, environment, model, digest) for model, digest in pins),
    }


def lineage_topics(environment: str, model: str, digest: str) -> set[Topic]:
    """Return the topics that the lineage of a version in an environment depends on."""
    return {
        Topic(TopicKind.ACTIVATION, environment, model),
        Topic(TopicKind.ACTIVATED, environment, model, digest),
        Topic(TopicKind.HOLD, environment, model, digest),
        Topic(TopicKind.ORIGIN, "", model, digest),
    }


def activated_digests(after: Activated) -> Collection[str]:
    """Return the versions that answer once a route or a champion was moved."""
    match after:
        case Route():
            return after.weights.keys()
        case AliasesAfter():
            return (after.digest,)
    return ()


def _holds(predicate: HoldPredicate | RetryPredicate | DeploymentPredicate) -> Iterator[Topic]:
    for (model, digest), _ in hold_changes(predicate):
        yield Topic(TopicKind.HOLD, predicate.environment, model, digest)


def _of_any_apply(apply: DeploymentPredicate) -> Iterator[Topic]:
    if apply.outcomes and not apply.is_drift_revert:
        yield Topic(TopicKind.CHANGES, apply.environment)
    for outcome in apply.outcomes:
        if isinstance(outcome, CopyOutcome):
            yield Topic(TopicKind.ORIGIN, "", outcome.resource, outcome.after.digest)


def _of_current_apply(apply: DeploymentPredicate) -> Iterator[Topic]:
    if apply.late:
        return
    environment = apply.environment
    yield Topic(TopicKind.APPLY, environment)
    for outcome in apply.outcomes:
        model = outcome.resource
        yield Topic(TopicKind.OUTCOMES, environment, model)
        if not isinstance(outcome, RouteOutcome | ChampionOutcome) or outcome.result is not Result.APPLIED:
            continue
        yield Topic(TopicKind.ACTIVATION, environment, model)
        for digest in activated_digests(outcome.after):
            yield Topic(TopicKind.ACTIVATED, environment, model, digest)
        if isinstance(outcome, ChampionOutcome) and outcome.after:
            yield Topic(TopicKind.CHAMPION, environment, model)
