"""Configuration drift: how an environment differs from what was last applied to it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from mlplatform.core.snapshot import Snapshot


class DriftKind(StrEnum):
    """The kinds of change by hand."""

    ALIAS = "alias"  # moved or removed
    STAGE = "stage"  # MLflow's deprecated stages
    DELETED = "version-deleted"
    TAGS = "tags"  # of a version that the platform registered
    CONFLICTING_VERSION = (
        "version-over-ours"  # a version that somebody else registered under the number of ours
    )
    BYTES = "bytes"  # the artifact in the registry's store
    CONFIGURATION = "configuration"  # of a loaded version
    SERVED_BYTES = "served-bytes"  # the artifact that a loaded version was loaded from
    ROUTE = "route"
    LOADED = "loaded"
    UNLOADED = "unloaded"
    UNMANAGED = "stranger"  # loaded under a name that is not ours


@dataclass(frozen=True, slots=True)
class Drift:
    """One difference, with a sentence for people.

    `about` is an alias, or else the version; for an unmanaged model, which has no `model`, it is the name. `actual` is
    the version or the number of instances that could be declared in Git instead; empty for everything else.
    """

    kind: DriftKind
    model: str
    about: str
    digest: str
    message: str
    actual: str = ""

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind.value,
            "resource": self.model,
            "about": self.about,
            "digest": self.digest,
            "message": self.message,
        }


@dataclass(frozen=True, slots=True)
class Drifted:
    """The last snapshot of an environment, and how the environment differs from it now."""

    last: Snapshot
    drifts: tuple[Drift, ...]

    def running(self) -> frozenset[str]:
        """Return the digests that answered requests after the last apply."""
        return frozenset(digest for weights in self.last.weights.values() for digest in weights)
