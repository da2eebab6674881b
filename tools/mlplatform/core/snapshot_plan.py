"""A plan made from snapshots instead of from the registries and servers."""

from dataclasses import dataclass
from datetime import timedelta

from mlplatform.core.plan import Plan


@dataclass(frozen=True, slots=True)
class SnapshotAge:
    """One snapshot that a plan was made from, and its age at that time (by the clocks of two machines)."""

    environment: str
    commit: str
    taken: str
    age: timedelta


@dataclass(frozen=True, slots=True)
class SnapshotPlan:
    """The plan, its snapshots (the environment's own first), and sentences on what only an apply can find out."""

    plan: Plan
    bases: tuple[SnapshotAge, ...]
    unknown: tuple[str, ...]
