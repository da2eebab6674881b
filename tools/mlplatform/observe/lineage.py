"""Lineage of what runs: its data, run and approvals, joined from documents and ledger by digest."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mlplatform.core.approvals import approved_by
from mlplatform.core.kinds import Deployment
from mlplatform.core.outcome import Result
from mlplatform.core.plan import Action

Predicate = Mapping[str, Any]


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
    declared: DeclaredDeployment, pinned: str | None, predicates: Iterable[Predicate]
) -> DeploymentLineage:
    """Return the lineage of what an environment pins.

    `pinned` is the commit since which it does; `predicates` is the ledger, newest first.
    """
    body = declared.body
    history = tuple(predicates)
    registration = registration_of(declared.model, body.digest, history) or {}
    activations = tuple(_activations(declared.environment, declared.model, history))
    activation = next((predicate for predicate, after in activations if _activates(after, body)), {})
    instead = (
        _serving_instead(*activations[0]) if activations and not _activates(activations[0][1], body) else None
    )
    data = body.from_.data or registration.get("data") or {}
    return DeploymentLineage(
        declared.environment,
        declared.model,
        body.version,
        body.digest,
        body.from_.run or registration.get("run"),
        body.from_.commit or registration.get("commit"),
        registration.get("codeCommitted") is True,
        tuple(
            DataUsed(name, digest, declared.classifications.get(name))
            for name, digest in sorted(data.items())
        ),
        declared.features,
        body.metrics or registration.get("metrics") or {},
        pinned,
        None if instead else activation.get("recordedAt"),
        activation.get("commit"),
        approved_by(activation, declared.model),
        instead,
        declared.on_hold,
    )


def registration_of(model: str, digest: str, history: Iterable[Predicate]) -> Predicate | None:
    """Return what the registration of a model's artifact recorded, or the copy of it; None without either."""
    for predicate in history:
        if (predicate.get("model"), predicate.get("digest")) == (model, digest) and "run" in predicate:
            return predicate
        for outcome in predicate.get("outcomes", ()):
            after = outcome["after"] or {}
            about = outcome["action"], outcome["resource"], after.get("digest")
            if about == (Action.COPY.value, model, digest):
                return dict(after)
    return None


def _activations(
    environment: str, model: str, history: Iterable[Predicate]
) -> Iterator[tuple[Predicate, Predicate]]:
    """Yield each apply that moved a model's route or champion, newest first, and what it moved them to."""
    for predicate in history:
        if predicate.get("environment") != environment or predicate.get("late"):
            continue
        for outcome in reversed(predicate.get("outcomes", ())):
            applied = (outcome["resource"], outcome["result"]) == (model, Result.APPLIED.value)
            if applied and outcome["action"] in (Action.ROUTE.value, Action.CHAMPION.value):
                yield predicate, outcome["after"] or {}


def _activates(after: Predicate, body: Deployment) -> bool:
    return body.digest in after.get("weights", {}) or after.get("digest") == body.digest


def _serving_instead(predicate: Predicate, after: Predicate) -> ServingInstead:
    """Return what an apply activated; of several versions that share the requests, the one with the most."""
    weights = after.get("weights", {})
    digest = after.get("digest") or max(weights, key=lambda digest: weights[digest], default=None)
    version = after.get("champion") or after.get("version")
    return ServingInstead(version, digest, str(predicate.get("recordedAt")), str(predicate.get("commit")))
