"""What would change: changes in the order they are made, bound by one digest to what they were planned from."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Values = Mapping[str, Any]


class Action(StrEnum):
    """What a change does. For one deployment they come in this order."""

    COPY = "copy"  # the bytes, into the environment's own registry
    LOAD = "load"  # beside what is served now
    PROBE = "probe"  # right version, right output
    ROUTE = "route"  # requests to the version
    CHAMPION = "champion"  # the registry's aliases
    RETIRE = "retire"  # what is no longer needed, after draining


@dataclass(frozen=True, slots=True)
class Change:
    """One change to one thing: JSON values before and after (None: not there)."""

    action: Action
    provider: str
    resource: str  # tenant/model
    before: Values | None
    after: Values | None

    def as_json(self) -> dict[str, Any]:
        return {
            "action": self.action.value,
            "provider": self.provider,
            "resource": self.resource,
            "before": self.before,
            "after": self.after,
        }


@dataclass(frozen=True, slots=True)
class Refused:
    """A deployment that is left as it is, and why."""

    resource: str
    reason: str
    fix: str
    where: str


@dataclass(frozen=True, slots=True)
class Plan:
    """The changes that would make one environment as one commit declares it."""

    environment: str
    target: str
    commit: str
    changes: tuple[Change, ...]
    refused: tuple[Refused, ...]
    digest: str

    @staticmethod
    def of(
        environment: str,
        target: str,
        commit: str,
        changes: tuple[Change, ...],
        refused: tuple[Refused, ...] = (),
    ) -> "Plan":
        """A plan with the digest that binds it."""
        digest = plan_digest(environment, target, commit, changes)
        return Plan(environment, target, commit, changes, refused, digest)

    def is_intact(self) -> bool:
        """Whether the digest still covers what the plan says."""
        return self.digest == plan_digest(self.environment, self.target, self.commit, self.changes)

    def as_json(self) -> dict[str, Any]:
        return {
            "environment": self.environment,
            "target": self.target,
            "commit": self.commit,
            "digest": self.digest,
            "changes": [change.as_json() for change in self.changes],
            "refused": [
                {"resource": r.resource, "reason": r.reason, "fix": r.fix, "where": r.where}
                for r in self.refused
            ],
        }

    @staticmethod
    def from_json(said: Mapping[str, Any]) -> "Plan":
        """The inverse of `as_json`; KeyError, TypeError or ValueError when it is no plan."""
        changes = tuple(
            Change(Action(c["action"]), c["provider"], c["resource"], c["before"], c["after"])
            for c in said["changes"]
        )
        refused = tuple(Refused(r["resource"], r["reason"], r["fix"], r["where"]) for r in said["refused"])
        return Plan(said["environment"], said["target"], said["commit"], changes, refused, said["digest"])


def plan_digest(environment: str, target: str, commit: str, changes: tuple[Change, ...]) -> str:
    """`sha256:` over the canonical JSON of everything an apply depends on."""
    said = [environment, target, commit, [change.as_json() for change in changes]]
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
