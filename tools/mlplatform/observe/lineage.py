"""Lineage of what runs: its data, run and approvals, joined from documents and ledger by digest."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from mlplatform.core.applied import applies
from mlplatform.core.kinds import Deployment
from mlplatform.core.outcome import Result
from mlplatform.core.records.changes import (
    AliasesAfter,
    ChampionOutcome,
    CopiedVersion,
    CopyOutcome,
    Route,
    RouteOutcome,
)
from mlplatform.core.records.deployment import DeploymentPredicate
from mlplatform.core.records.registration import RegistrationPredicate
from mlplatform.core.records.statement import Statement
from mlplatform.core.topics import Activated, activated_digests


@dataclass(frozen=True, slots=True)
class DataUsed:
    """A data set that a version was trained on, with the classification that its document states today."""

    name: str
    digest: str
    classification: str | None


@dataclass(frozen=True, slots=True)
class DeclaredDeployment:
    """What the documents of a commit declare about a deployment; a missing document declares nothing."""

    environment: str
    model: str
    body: Deployment
    features: tuple[str, ...]
    classifications: Mapping[str, str]
    on_hold: str | None = None


@dataclass(frozen=True, slots=True)
class ServingInstead:
    """What an environment runs in place of what it pins (None: nothing), since when, and by which commit."""

    version: str | None
    digest: str | None
    since: str
    change: str


@dataclass(frozen=True, slots=True)
class DeploymentLineage:
    """Where a pinned version comes from, and when and by whose approval it came to its environment."""

    environment: str
    model: str
    version: str
    digest: str
    run: str | None
    commit: str | None
    code_committed: bool  # the run said that its code was what the commit has
    data: tuple[DataUsed, ...]
    features: tuple[str, ...]
    metrics: Mapping[str, float]
    pinned: str | None  # the commit since which the environment has pinned it
    since: str | None  # when it was put into force, as the ledger says; None: it is not in force
    change: str | None  # the commit that put it into force last; None: it never was
    approved_by: tuple[str, ...]
    answers: ServingInstead | None  # what runs in its place, as the ledger says
    on_hold: str | None  # why it is not tried again, and since when


@dataclass(frozen=True, slots=True)
class DatasetUse:
    """A model version trained on a data set, and the commit that pinned it; `is_pinned`: it still is."""

    environment: str
    model: str
    version: str
    digest: str
    data: str  # the digest of the data set then
    pinned: str
    is_pinned: bool


def lineage(
    declared: DeclaredDeployment, pinned: str | None, newest_first: Sequence[Statement]
) -> DeploymentLineage:
    """Return the lineage of what an environment pins.

    `pinned` is the commit since which it does; `newest_first` is the ledger.
    """
    body = declared.body
    registration = registration_of(declared.model, body.digest, newest_first)
    activations = tuple(_activations(declared.environment, declared.model, newest_first))
    activation = next(
        (apply for apply, after in activations if body.digest in activated_digests(after)), None
    )
    is_replaced = activations and body.digest not in activated_digests(activations[0][1])
    instead = _serving_instead(*activations[0]) if is_replaced else None
    data = body.from_.data or (registration.data if registration else {})
    return DeploymentLineage(
        declared.environment,
        declared.model,
        body.version,
        body.digest,
        body.from_.run or (registration.run if registration else None),
        body.from_.commit or (registration.commit if registration else None),
        isinstance(registration, RegistrationPredicate) and registration.codeCommitted,
        tuple(
            DataUsed(name, digest, declared.classifications.get(name))
            for name, digest in sorted(data.items())
        ),
        declared.features,
        body.metrics or (registration.metrics if registration else {}),
        pinned,
        (activation.recordedAt or None) if activation and not instead else None,
        activation.commit if activation else None,
        activation.approved_by(declared.model) if activation else (),
        instead,
        declared.on_hold,
    )


def registration_of(
    model: str, digest: str, newest_first: Iterable[Statement]
) -> RegistrationPredicate | CopiedVersion | None:
    """Return what the registration of a model's artifact recorded, or the copy of it; None without either."""
    for statement in newest_first:
        match statement.predicate:
            case RegistrationPredicate() as registration:
                if (registration.model, registration.digest) == (model, digest):
                    return registration
            case DeploymentPredicate() as apply:
                for outcome in apply.outcomes:
                    if isinstance(outcome, CopyOutcome) and _is_copy_of(outcome, model, digest):
                        return outcome.after
    return None


def _is_copy_of(outcome: CopyOutcome, model: str, digest: str) -> bool:
    return (outcome.resource, outcome.after.digest) == (model, digest)


def _activations(
    environment: str, model: str, newest_first: Iterable[Statement]
) -> Iterator[tuple[DeploymentPredicate, Activated]]:
    """Yield each apply that moved a model's route or champion, newest first, and what it moved them to."""
    for apply in applies(newest_first, environment):
        if apply.late:
            continue
        for outcome in reversed(apply.outcomes):
            if isinstance(outcome, RouteOutcome | ChampionOutcome) and (outcome.resource, outcome.result) == (
                model,
                Result.APPLIED,
            ):
                yield apply, outcome.after


def _serving_instead(apply: DeploymentPredicate, after: Activated) -> ServingInstead:
    """Return what an apply activated; of several versions that share the requests, the one with the most."""
    version, digest = None, None
    match after:
        case Route(weights=weights):
            version = after.version
            digest = max(weights, key=lambda digest: weights[digest], default=None)
        case AliasesAfter():
            version, digest = after.champion, after.digest
    return ServingInstead(version, digest, apply.recordedAt, apply.commit)
