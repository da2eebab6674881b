"""Compares what is declared with what runs, and sums it up in one word."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from mlplatform.core.hold import Holds, hold_on
from mlplatform.core.kinds import Deployment
from mlplatform.core.repository import Repository
from mlplatform.providers.serving.interface import Observation


class DeploymentState(StrEnum):
    """How a deployment stands."""

    READY = "Ready"
    PROGRESSING = "Progressing"
    DEGRADED = "Degraded"
    HELD = "Held"
    BLOCKED = "Blocked"
    MISSING = "Missing"
    DRIFTED = "Drifted"
    OUTDATED = "Outdated"


@dataclass(frozen=True, slots=True)
class CurrentlyServed:
    """What answers requests for a model now: version and digest of the heaviest route, and all weights."""

    version: str | None
    digest: str | None
    weights: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class DeploymentStatus:
    """One line of `platform status`."""

    desired: Deployment | None
    actual: CurrentlyServed
    state: DeploymentState
    reason: str
    url: str | None

    def as_json(self) -> dict[str, Any]:
        desired = self.desired and {"version": self.desired.version, "digest": self.desired.digest}
        actual = {
            "version": self.actual.version,
            "digest": self.actual.digest,
            "weights": dict(self.actual.weights),
        }
        return {
            "desired": desired,
            "actual": actual,
            "state": self.state.value,
            "reason": self.reason,
            "url": self.url,
        }


@dataclass(frozen=True, slots=True)
class EnvironmentView:
    """What could be observed of an environment: its server or why not, a running apply, failures and holds."""

    serving: Observation | None
    unreachable: str
    applying: bool
    failures: Mapping[str, str]  # model → why its last apply failed
    urls: Mapping[str, str]
    batch: Mapping[str, tuple[str, str]]  # model → version and digest of the champion last applied
    holds: Holds = field(default_factory=dict)
    drifted: Mapping[str, str] = field(default_factory=dict)  # model → what was changed by hand
    interrupted: frozenset[str] = frozenset()  # models that the last apply did not get to the end of
    lacking: str = (
        ""  # which applied commits the documents lack, in a sentence; then a difference is no drift
    )


def environment_status(
    repository: Repository, environment: str, view: EnvironmentView
) -> dict[str, DeploymentStatus]:
    """Return the status of every model that an environment declares or serves."""
    declared = repository.deployments.get(environment, {})
    served = set(view.serving.weights) if view.serving else set()
    return {
        model: _status(repository, environment, model, view) for model in sorted(declared.keys() | served)
    }


def _status(repository: Repository, environment: str, model: str, view: EnvironmentView) -> DeploymentStatus:
    document = repository.deployments.get(environment, {}).get(model)
    desired = document.body if document else None
    actual = _actual(model, view)
    blocked = repository.blocked(environment, model.split("/")[0])
    if blocked:
        reason = f"{blocked.where}: {blocked.message}"
        return DeploymentStatus(desired, actual, DeploymentState.BLOCKED, reason, view.urls.get(model))
    hold = hold_on(view.holds, repository, environment, document) if document else None
    if hold and not view.applying:
        reason = f"{hold.version} is on hold since {hold.since}: {hold.reason}; {actual.version or 'nothing'} answers"
        return DeploymentStatus(desired, actual, DeploymentState.HELD, reason, view.urls.get(model))
    return DeploymentStatus(desired, actual, *_classify(model, desired, actual, view), view.urls.get(model))


def _actual(model: str, view: EnvironmentView) -> CurrentlyServed:
    if model in view.batch:
        version, digest = view.batch[model]
        return CurrentlyServed(version, digest, {})
    weights = view.serving.weights.get(model, {}) if view.serving else {}
    if view.serving is None or not weights:
        return CurrentlyServed(None, None, weights)
    heaviest = max(weights, key=lambda digest: weights[digest])
    served = view.serving.find(model, heaviest)
    return CurrentlyServed(served.version if served else None, heaviest, weights)


def _classify(
    model: str, desired: Deployment | None, actual: CurrentlyServed, view: EnvironmentView
) -> tuple[DeploymentState, str]:
    if view.serving is None:
        return DeploymentState.DEGRADED, view.unreachable
    if desired and actual.digest == desired.digest:
        return _classify_routed(model, desired, view)
    if view.applying:
        return DeploymentState.PROGRESSING, "an apply is at work"
    answers = actual.version or actual.digest
    failure = f"; the last apply failed: {view.failures[model]}" if model in view.failures else ""
    if view.lacking and model not in view.drifted:
        declared = f"{desired.version} is declared" if desired else "no document declares it"
        reason = f"{answers or 'nothing'} answers and {declared}: {view.lacking}; look with `--rev main`"
        return DeploymentState.OUTDATED, f"{reason}{failure}"
    if actual.digest is None:
        return DeploymentState.MISSING, f"nothing answers: run `platform apply`{failure}"
    if desired is None:
        return DeploymentState.DRIFTED, f"{answers} is served and no document declares it{failure}"
    return DeploymentState.DRIFTED, f"{answers} answers and {desired.version} is declared{failure}"


def _classify_routed(model: str, desired: Deployment, view: EnvironmentView) -> tuple[DeploymentState, str]:
    served = view.serving.find(model, desired.digest) if view.serving else None
    if view.serving and view.serving.route_error and model not in view.batch:
        return DeploymentState.DEGRADED, view.serving.route_error
    if model in view.interrupted and not view.applying:
        return (
            DeploymentState.DEGRADED,
            "the last apply was interrupted: run `platform apply`, which finishes it",
        )
    if model in view.batch or (served and served.ready):
        if model in view.drifted and not view.applying:
            return DeploymentState.DRIFTED, f"since the last apply {view.drifted[model]}"
        return DeploymentState.READY, ""
    return (
        DeploymentState.DEGRADED,
        served.reason if served and served.reason else "the version is routed and not ready",
    )
