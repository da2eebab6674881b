"""What was there after an apply, without anything that says where it lies, who made it, or how good it is."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

ALIASES = ("champion", "previous")


@dataclass(frozen=True, slots=True)
class RegisteredEntry:
    """A version that a registry holds: the digest of its bytes, and one over the tags that describe it."""

    digest: str
    tags: str


@dataclass(frozen=True, slots=True)
class ServedEntry:
    """A version that a server holds; `configuration` is a digest of all that it runs with but its instances."""

    version: str
    digest: str
    ready: bool
    instances: int
    configuration: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One environment as it was observed: versions, aliases, what is loaded by model and digest, and routes.

    `taken` is the observer's clock (RFC 3339, UTC), for display: the order is the ledger's.
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
            model: {version: [kept.digest, kept.tags] for version, kept in held.items()}
            for model, held in self.versions.items()
        }
        served = {
            model: {
                digest: {
                    "version": ran.version,
                    "ready": ran.ready,
                    "instances": ran.instances,
                    "configuration": ran.configuration,
                }
                for digest, ran in held.items()
            }
            for model, held in self.served.items()
        }
        return {
            "environment": self.environment,
            "target": self.target,
            "commit": self.commit,
            "taken": self.taken,
            "versions": versions,
            "aliases": {model: dict(found) for model, found in self.aliases.items()},
            "served": served,
            "weights": {model: dict(found) for model, found in self.weights.items()},
        }

    def as_bytes(self) -> bytes:
        """Its JSON, the same bytes for the same snapshot."""
        return json.dumps(self.as_json(), sort_keys=True, indent=0).encode() + b"\n"

    @staticmethod
    def from_json(said: Mapping[str, Any]) -> "Snapshot":
        """The inverse of `as_json`; KeyError, TypeError, ValueError or AttributeError when it is no snapshot."""
        versions = {
            model: {version: RegisteredEntry(*kept) for version, kept in held.items()}
            for model, held in said["versions"].items()
        }
        served = {
            model: {digest: ServedEntry(digest=digest, **ran) for digest, ran in held.items()}
            for model, held in said["served"].items()
        }
        return Snapshot(
            said["environment"],
            said["target"],
            said["commit"],
            said["taken"],
            versions,
            said["aliases"],
            served,
            said["weights"],
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
    """`sha256:` over everything that a registered version's tags say."""
    numbers = {name: repr(float(value)) for name, value in metrics.items()}
    said = [version, digest, run, commit, dict(data), numbers, change, list(approved_by)]
    return f"sha256:{hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()}"
