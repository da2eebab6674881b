"""What runs, trained on what, approved by whom: documents and ledger, joined by digest."""

from collections.abc import Iterable, Iterator, Mapping
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
    on_hold: str | None = None


@dataclass(frozen=True, slots=True)
class ServingInstead:
    """What an environment runs in place of what it pins (None: nothing), since when, and the commit applied then."""

    version: str | None
    digest: str | None
    since: str
    change: str


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
    since: str | None  # when it was put into force, as the ledger says; None: it is not in force
    change: str | None  # the commit that put it into force last; None: it never was
    approved_by: tuple[str, ...]
    answers: ServingInstead | None  # what runs in its place, as the ledger says
    on_hold: str | None  # why it is not tried again, and since when


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
    steps = tuple(_into_force(declared.environment, declared.model, history))
    put = next((said for said, after in steps if _holds(after, body)), {})
    answers = _answering(*steps[0]) if steps and not _holds(steps[0][1], body) else None
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
        None if answers else put.get("recordedAt"),
        put.get("commit"),
        tuple(put.get("approvedBy", ())),
        answers,
        declared.on_hold,
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


def _into_force(
    environment: str, model: str, history: Iterable[Predicate]
) -> Iterator[tuple[Predicate, Predicate]]:
    """What was put into force of a model, newest first: an apply that moved its route or its champion, and to what."""
    for predicate in history:
        if predicate.get("environment") != environment or predicate.get("late"):
            continue
        for outcome in reversed(predicate.get("outcomes", ())):
            applied = (outcome["resource"], outcome["result"]) == (model, Result.APPLIED.value)
            if applied and outcome["action"] in (Action.ROUTE.value, Action.CHAMPION.value):
                yield predicate, outcome["after"] or {}


def _holds(after: Predicate, body: Deployment) -> bool:
    return body.digest in after.get("weights", {}) or after.get("digest") == body.digest


def _answering(said: Predicate, after: Predicate) -> ServingInstead:
    """What such an apply put into force; of several versions that share the requests, the one with the most."""
    weights = after.get("weights", {})
    digest = after.get("digest") or max(weights, key=lambda one: weights[one], default=None)
    version = after.get("champion") or after.get("version")
    return ServingInstead(version, digest, str(said.get("recordedAt")), str(said.get("commit")))
