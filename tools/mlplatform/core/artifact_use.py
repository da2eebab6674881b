"""Versions that are the same bytes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class ArtifactUse:
    """A version of a model whose pins had a digest.

    `is_declared` says that the model still has a document, `revoked` what its last one revoked (entries as written),
    `metrics` what its deployments recorded; those of the model that asks are not read.
    """

    model: str
    version: str
    digest: str
    is_declared: bool
    revoked: tuple[Mapping[str, Any], ...] = ()
    metrics: tuple[Mapping[str, Any], ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "model": self.model,
            "version": self.version,
            "isDeclared": self.is_declared,
            "metrics": [dict(recorded) for recorded in self.metrics],
        }


def revocations(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the entries of `revoked`; what of it is no entry revokes everything."""
    listed = document.get("revoked", [])
    for entry in listed if isinstance(listed, list) else [listed]:
        yield entry if isinstance(entry, Mapping) else {}
