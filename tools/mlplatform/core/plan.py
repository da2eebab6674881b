"""What would change: changes in the order they are made, bound by one digest to what they were planned from."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Values = Mapping[str, Any]


class Action(StrEnum):
    """What a change does. For one deployment they come in this order."""

    REPAIR = "repair"  # a version in the registry, as it was registered once
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

    @staticmethod
    def from_json(said: Mapping[str, Any]) -> "Change":
        """The inverse of `as_json`; KeyError, TypeError or ValueError when it is no change."""
        return Change(
            Action(said["action"]), said["provider"], said["resource"], said["before"], said["after"]
        )


@dataclass(frozen=True, slots=True)
class Refused:
    """A deployment that is left as it is, and why; one on hold is put back to what ran before."""

    resource: str
    reason: str
    fix: str
    where: str
    is_held: bool = False

    def as_json(self) -> dict[str, Any]:
        return {
            "resource": self.resource,
            "reason": self.reason,
            "fix": self.fix,
            "where": self.where,
            "held": self.is_held,
        }


@dataclass(frozen=True, slots=True)
class Plan:
    """The changes that would make one environment as one commit declares it.

    `documents` has for each deployment that changes the digest of what is declared of it.
    """

    environment: str
    target: str
    commit: str
    changes: tuple[Change, ...]
    refused: tuple[Refused, ...]
    digest: str
    documents: Mapping[str, str] = field(default_factory=dict)

    @staticmethod
    def of(
        environment: str,
        target: str,
        commit: str,
        changes: tuple[Change, ...],
        refused: tuple[Refused, ...] = (),
        documents: Mapping[str, str] | None = None,
    ) -> "Plan":
        """A plan with the digest that binds it."""
        declared = dict(documents or {})
        digest = plan_digest(environment, target, commit, changes, declared)
        return Plan(environment, target, commit, changes, refused, digest, declared)

    def is_intact(self) -> bool:
        """Whether the digest still covers what the plan says."""
        return self.digest == plan_digest(
            self.environment, self.target, self.commit, self.changes, self.documents
        )

    def as_json(self) -> dict[str, Any]:
        return {
            "environment": self.environment,
            "target": self.target,
            "commit": self.commit,
            "digest": self.digest,
            "changes": [change.as_json() for change in self.changes],
            "refused": [refused.as_json() for refused in self.refused],
            "documents": dict(self.documents),
        }

    @staticmethod
    def from_json(said: Mapping[str, Any]) -> "Plan":
        """The inverse of `as_json`; KeyError, TypeError or ValueError when it is no plan."""
        changes = tuple(map(Change.from_json, said["changes"]))
        refused = tuple(
            Refused(r["resource"], r["reason"], r["fix"], r["where"], r["held"]) for r in said["refused"]
        )
        declared = dict(said["documents"])
        return Plan(
            said["environment"], said["target"], said["commit"], changes, refused, said["digest"], declared
        )


def plan_digest(
    environment: str, target: str, commit: str, changes: tuple[Change, ...], documents: Mapping[str, str]
) -> str:
    """`sha256:` over the canonical JSON of everything an apply depends on."""
    said = [environment, target, commit, [change.as_json() for change in changes], dict(documents)]
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
