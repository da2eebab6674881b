"""Plans: the changes that an apply would make, in order, and one digest over them and what they were planned from."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Values = Mapping[str, Any]


class Action(StrEnum):
    """The actions that a change can make; for one deployment they run in this order."""

    REPAIR = "repair"  # a registered version, as it was first registered
    COPY = "copy"  # the artifact, into the environment's own registry
    LOAD = "load"  # the version, beside the one that is served now
    PROBE = "probe"  # the loaded version: right version, right output
    ROUTE = "route"  # requests to the version
    CHAMPION = "champion"  # the registry's aliases
    RETIRE = "retire"  # versions that are no longer needed, after draining


@dataclass(frozen=True, slots=True)
class Change:
    """One change to one resource, with JSON values before and after (None: it does not exist)."""

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
    def from_json(data: Mapping[str, Any]) -> "Change":
        """Read what `as_json` wrote; KeyError, TypeError or ValueError when it is not a change."""
        return Change(
            Action(data["action"]), data["provider"], data["resource"], data["before"], data["after"]
        )


@dataclass(frozen=True, slots=True)
class Refused:
    """A deployment that the plan leaves as it is, and why; one on hold is restored to the version before."""

    resource: str
    reason: str
    fix: str
    where: str
    is_on_hold: bool = False

    def as_json(self) -> dict[str, Any]:
        return {
            "resource": self.resource,
            "reason": self.reason,
            "fix": self.fix,
            "where": self.where,
            "held": self.is_on_hold,
        }


@dataclass(frozen=True, slots=True)
class Plan:
    """The changes that would make one environment match one commit.

    `documents` is the digest of the documents (`core.hold.documents_digest`) of each deployment that changes, by model.
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
        """Make a plan and its digest."""
        declared = dict(documents or {})
        digest = plan_digest(environment, target, commit, changes, declared)
        return Plan(environment, target, commit, changes, refused, digest, declared)

    def is_intact(self) -> bool:
        """True when the digest fits the plan."""
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
    def from_json(data: Mapping[str, Any]) -> "Plan":
        """Read what `as_json` wrote; KeyError, TypeError or ValueError when it is not a plan."""
        changes = tuple(map(Change.from_json, data["changes"]))
        refused = tuple(
            Refused(r["resource"], r["reason"], r["fix"], r["where"], r["held"]) for r in data["refused"]
        )
        declared = dict(data["documents"])
        return Plan(
            data["environment"], data["target"], data["commit"], changes, refused, data["digest"], declared
        )


def plan_digest(
    environment: str, target: str, commit: str, changes: tuple[Change, ...], documents: Mapping[str, str]
) -> str:
    """Return `sha256:` over the canonical JSON of everything that an apply depends on."""
    content = [environment, target, commit, [change.as_json() for change in changes], dict(documents)]
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
