"""Snapshots: the state of an environment after an apply, without locations, people or metrics."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

ALIASES = ("champion", "previous")


@dataclass(frozen=True, slots=True)
class RegisteredEntry:
    """A version in a registry: the digest of its artifact, and a digest over its tags."""

    digest: str
    tags: str


@dataclass(frozen=True, slots=True)
class ServedEntry:
    """A version on a server; `configuration` is a digest of its configuration without the number of instances."""

    version: str
    digest: str
    ready: bool
    instances: int
    configuration: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One environment as observed: registered versions, aliases, loaded versions by model and digest, and routes.

    `taken` is the observer's clock (RFC 3339, UTC), for display only: the ledger has the order.
    """

    environment: str
    target: str
    commit: str
    taken: str
    versions: Mapping[str, Mapping[str, RegisteredEntry]] = field(default_factory=dict)
    aliases: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    served: Mapping[str, Mapping[str, ServedEntry]] = field(default_factory=dict)
    weights: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def models(self) -> set[str]:
        return self.versions.keys() | self.aliases.keys() | self.served.keys() | self.weights.keys()

    def as_json(self) -> dict[str, Any]:
        versions = {
            model: {version: [entry.digest, entry.tags] for version, entry in entries.items()}
            for model, entries in self.versions.items()
        }
        served = {
            model: {
                digest: {
                    "version": entry.version,
                    "ready": entry.ready,
                    "instances": entry.instances,
                    "configuration": entry.configuration,
                }
                for digest, entry in entries.items()
            }
            for model, entries in self.served.items()
        }
        return {
            "environment": self.environment,
            "target": self.target,
            "commit": self.commit,
            "taken": self.taken,
            "versions": versions,
            "aliases": {model: dict(versions) for model, versions in self.aliases.items()},
            "served": served,
            "weights": {model: dict(weights) for model, weights in self.weights.items()},
        }

    def as_bytes(self) -> bytes:
        """Return the snapshot as JSON, always the same bytes for the same snapshot."""
        return json.dumps(self.as_json(), sort_keys=True, indent=0).encode() + b"\n"

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> "Snapshot":
        """Read what `as_json` wrote; KeyError, TypeError, ValueError or AttributeError when it is not a snapshot."""
        versions = {
            model: {version: RegisteredEntry(*entry) for version, entry in entries.items()}
            for model, entries in data["versions"].items()
        }
        served = {
            model: {digest: ServedEntry(digest=digest, **entry) for digest, entry in entries.items()}
            for model, entries in data["served"].items()
        }
        return Snapshot(
            data["environment"],
            data["target"],
            data["commit"],
            data["taken"],
            versions,
            data["aliases"],
            served,
            data["weights"],
        )


def tags_digest(
    version: str,
    digest: str,
    run: str | None,
    commit: str | None,
    data: Mapping[str, str],
    metrics: Mapping[str, float],
    change: str | None,
    approved_by: tuple[str, ...],
) -> str:
    """Return `sha256:` over everything that a registered version's tags say."""
    numbers = {name: repr(float(value)) for name, value in metrics.items()}
    content = [version, digest, run, commit, dict(data), numbers, change, list(approved_by)]
    return f"sha256:{hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()}"
