"""How an environment differs from what was last applied to it, where nobody's commit says why."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from mlplatform.core.snapshot import Snapshot


class DriftKind(StrEnum):
    """What was changed by hand."""

    ALIAS = "alias"  # moved or removed
    STAGE = "stage"  # the deprecated one, where a registry keeps them
    DELETED = "version-deleted"
    TAGS = "tags"  # of a version that we registered
    CONFLICTING_VERSION = "version-over-ours"  # another one that claims to be a version of ours
    BYTES = "bytes"  # in the registry's store
    CONFIGURATION = "configuration"  # what a loaded version runs with
    SERVED_BYTES = "served-bytes"  # the files that a loaded version was loaded from
    ROUTE = "route"
    LOADED = "loaded"
    UNLOADED = "unloaded"
    UNMANAGED = "stranger"  # loaded beside ours, under a name that none of ours has


@dataclass(frozen=True, slots=True)
class Drift:
    """One difference, in a sentence; `about` is an alias, or else the version (no model: a stranger's name).

    `found` is what stands there now where that is a version or a number of instances that could be declared.
    """

    kind: DriftKind
    model: str
    about: str
    digest: str
    message: str
    found: str = ""

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
    """What was last applied to an environment, and how it differs from that now."""

    last: Snapshot
    drifts: tuple[Drift, ...]

    def running(self) -> frozenset[str]:
        """The digests that answered requests after the last apply."""
        return frozenset(digest for weights in self.last.weights.values() for digest in weights)
