"""What is declared beside what runs, and one word for how they stand."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from mlplatform.core.hold import Holds, hold_on
from mlplatform.core.kinds import Deployment
from mlplatform.core.repository import Repository
from mlplatform.providers.serving.interface import Observation


class State(StrEnum):
    """How a deployment stands."""

    READY = "Ready"
    PROGRESSING = "Progressing"
    DEGRADED = "Degraded"
    HELD = "Held"
    BLOCKED = "Blocked"
    MISSING = "Missing"
    DRIFTED = "Drifted"


@dataclass(frozen=True, slots=True)
class Actual:
    """What answers requests for a model now: version and digest of the heaviest route, and all weights."""

    version: str | None
    digest: str | None
    weights: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class DeploymentStatus:
    """One line of `platform status`."""

    desired: Deployment | None
    actual: Actual
    state: State
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
    """What could be seen of an environment: its serving, or why not, who is applying to it now, and what is on hold."""

    serving: Observation | None
    unreachable: str
    applying: bool
    failures: Mapping[str, str]  # model → why its last apply failed
    urls: Mapping[str, str]
    batch: Mapping[str, tuple[str, str]]  # model → version and digest of the champion last applied
    holds: Holds = field(default_factory=dict)
    drifted: Mapping[str, str] = field(default_factory=dict)  # model → what was changed by hand


def environment_status(
    repository: Repository, environment: str, seen: EnvironmentView
) -> dict[str, DeploymentStatus]:
    """The status of every model that an environment declares or serves."""
    declared = repository.deployments.get(environment, {})
    served = set(seen.serving.weights) if seen.serving else set()
    return {
        model: _status(repository, environment, model, seen) for model in sorted(declared.keys() | served)
    }


def _status(repository: Repository, environment: str, model: str, seen: EnvironmentView) -> DeploymentStatus:
    document = repository.deployments.get(environment, {}).get(model)
    desired = document.body if document else None
    actual = _actual(model, seen)
    blocked = repository.blocked(environment, model.split("/")[0])
    if blocked:
        reason = f"{blocked.where}: {blocked.message}"
        return DeploymentStatus(desired, actual, State.BLOCKED, reason, seen.urls.get(model))
    hold = hold_on(seen.holds, repository, environment, document) if document else None
    if hold and not seen.applying:
        reason = f"{hold.version} is on hold since {hold.since}: {hold.reason}; {actual.version or 'nothing'} answers"
        return DeploymentStatus(desired, actual, State.HELD, reason, seen.urls.get(model))
    return DeploymentStatus(desired, actual, *_classify(model, desired, actual, seen), seen.urls.get(model))


def _actual(model: str, seen: EnvironmentView) -> Actual:
    if model in seen.batch:
        version, digest = seen.batch[model]
        return Actual(version, digest, {})
    weights = seen.serving.weights.get(model, {}) if seen.serving else {}
    if seen.serving is None or not weights:
        return Actual(None, None, weights)
    heaviest = max(weights, key=lambda digest: weights[digest])
    held = seen.serving.find(model, heaviest)
    return Actual(held.version if held else None, heaviest, weights)


def _classify(
    model: str, desired: Deployment | None, actual: Actual, seen: EnvironmentView
) -> tuple[State, str]:
    if seen.serving is None:
        return State.DEGRADED, seen.unreachable
    if desired and actual.digest == desired.digest:
        return _answering(model, desired, seen)
    if seen.applying:
        return State.PROGRESSING, "an apply is at work"
    answers = actual.version or actual.digest
    failure = f"; the last apply failed: {seen.failures[model]}" if model in seen.failures else ""
    if actual.digest is None:
        return State.MISSING, f"nothing answers: run `platform apply`{failure}"
    if desired is None:
        return State.DRIFTED, f"{answers} is served and no document declares it{failure}"
    return State.DRIFTED, f"{answers} answers and {desired.version} is declared{failure}"


def _answering(model: str, desired: Deployment, seen: EnvironmentView) -> tuple[State, str]:
    held = seen.serving.find(model, desired.digest) if seen.serving else None
    if seen.serving and seen.serving.route_error and model not in seen.batch:
        return State.DEGRADED, seen.serving.route_error
    if model in seen.batch or (held and held.ready):
        if model in seen.drifted and not seen.applying:
            return State.DRIFTED, f"since the last apply {seen.drifted[model]}"
        return State.READY, ""
    return State.DEGRADED, held.reason if held and held.reason else "the version is routed and not ready"
