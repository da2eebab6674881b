"""What runs, trained on what, approved by whom: documents and ledger, joined by digest."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from mlplatform.core.kinds import Deployment
from mlplatform.core.outcome import Result
from mlplatform.core.plan import Action

Predicate = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class DataUsed:
    """A data set that a version was trained on; `classification` as its document says today."""

    name: str
    digest: str
    classification: str | None


@dataclass(frozen=True, slots=True)
class Declared:
    """What the documents of a commit say about a deployment; a document that is not there says nothing."""

    environment: str
    model: str
    body: Deployment
    features: tuple[str, ...]
    classifications: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Lineage:
    """Where a pinned version comes from, and when and by whose approval it came to its environment."""

    environment: str
    model: str
    version: str
    digest: str
    run: str | None
    commit: str | None
    data: tuple[DataUsed, ...]
    features: tuple[str, ...]
    metrics: Mapping[str, float]
    pinned: str | None  # the commit since which the environment has pinned it
    since: str | None  # when it was last put into force, as the ledger says
    change: str | None  # the commit that was applied then
    approved_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trained:
    """A model version that a data set went into, and the commit that pinned it; `is_pinned`: it still is."""

    environment: str
    model: str
    version: str
    digest: str
    data: str  # the digest of the data set then
    pinned: str
    is_pinned: bool


def lineage(declared: Declared, pinned: str | None, predicates: Iterable[Predicate]) -> Lineage:
    """The lineage of what an environment pins since the commit `pinned`; `predicates`: the ledger, newest first."""
    body = declared.body
    history = tuple(predicates)
    made = made_of(body.digest, history) or {}
    put = _put_into_force(declared.environment, declared.model, body, history) or {}
    data = body.from_.data or made.get("data") or {}
    return Lineage(
        declared.environment,
        declared.model,
        body.version,
        body.digest,
        body.from_.run or made.get("run"),
        body.from_.commit or made.get("commit"),
        tuple(
            DataUsed(name, digest, declared.classifications.get(name))
            for name, digest in sorted(data.items())
        ),
        declared.features,
        body.metrics or made.get("metrics") or {},
        pinned,
        put.get("recordedAt"),
        put.get("commit"),
        tuple(put.get("approvedBy", ())),
    )


def made_of(digest: str, history: Iterable[Predicate]) -> Predicate | None:
    """What the registration of these bytes said, or the copy of them."""
    for predicate in history:
        if predicate.get("digest") == digest and "run" in predicate:
            return predicate
        for outcome in predicate.get("outcomes", ()):
            after = outcome["after"] or {}
            if outcome["action"] == Action.COPY.value and after.get("digest") == digest:
                return dict(after)
    return None


def _put_into_force(
    environment: str, model: str, body: Deployment, history: Iterable[Predicate]
) -> Predicate | None:
    """The newest apply that routed requests to these bytes, or (a batch model) made them champion."""
    for predicate in history:
        if predicate.get("environment") != environment or predicate.get("late"):
            continue
        if any(
            outcome["resource"] == model and _reached(outcome, body)
            for outcome in predicate.get("outcomes", ())
        ):
            return predicate
    return None


def _reached(outcome: Predicate, body: Deployment) -> bool:
    after = outcome["after"] or {}
    there = body.digest in after.get("weights", {}) or after.get("champion") == body.version
    return there and outcome["result"] == Result.APPLIED.value
