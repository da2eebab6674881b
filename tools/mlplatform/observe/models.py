"""The versions of models in one environment: what its registry holds, what is pinned and what answers. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mlplatform.core.document import Document
from mlplatform.core.kinds import Deployment
from mlplatform.providers.registry.interface import Lineage, RegisteredVersion, RegistryState
from mlplatform.providers.serving.interface import Observation

Key = tuple[str, str, str]  # model, version, digest
UNKNOWN_VERSION = "?"


@dataclass(frozen=True, slots=True)
class EnvironmentVersion:
    """One version of a model (`tenant/model`) in one environment.

    `aliases` are champion and previous; `percent` is the share of requests that it answers, 0 to 100.
    """

    environment: str
    model: str
    version: str
    digest: str
    is_registered: bool
    is_pinned: bool
    aliases: tuple[str, ...]
    percent: int
    lineage: Lineage

    def as_json(self) -> dict[str, Any]:
        return {
            "environment": self.environment,
            "model": self.model,
            "version": self.version,
            "digest": self.digest,
            "registered": self.is_registered,
            "pinned": self.is_pinned,
            "aliases": list(self.aliases),
            "requestsPercent": self.percent,
            "metrics": dict(self.lineage.metrics),
            "run": self.lineage.run,
            "commit": self.lineage.commit,
        }


def model_versions(
    environment: str,
    deployments: Mapping[str, Document[Deployment]],
    registry: RegistryState,
    serving: Observation,
) -> tuple[EnvironmentVersion, ...]:
    """Every version that an environment's registry holds, its documents pin or its server routes requests to."""
    registered: dict[Key, RegisteredVersion] = {
        (model, version.version, version.ref.digest): version
        for model, versions in registry.versions.items()
        for version in versions.values()
    }
    pinned = {
        (model, document.body.version, document.body.digest): document.body.metrics
        for model, document in deployments.items()
    }
    shares = _shares(registry, serving)
    return tuple(
        EnvironmentVersion(
            environment,
            *key,
            key in registered,
            key in pinned,
            _aliases(registry, *key[:2]) if key in registered else (),
            shares.get(key, 0),
            registered[key].lineage if key in registered else Lineage(metrics=pinned.get(key, {})),
        )
        for key in sorted({*registered, *pinned, *shares})
    )


def _shares(registry: RegistryState, serving: Observation) -> dict[Key, int]:
    return {
        (model, _version_of(model, digest, registry, serving), digest): percent
        for model, weights in serving.weights.items()
        for digest, percent in weights.items()
        if percent
    }


def _version_of(model: str, digest: str, registry: RegistryState, serving: Observation) -> str:
    version = serving.find(model, digest) or registry.by_digest(model, digest)
    return version.version if version else UNKNOWN_VERSION


def _aliases(registry: RegistryState, model: str, version: str) -> tuple[str, ...]:
    aliases = registry.aliases.get(model, {})
    return tuple(sorted(alias for alias, named in aliases.items() if named == version))
