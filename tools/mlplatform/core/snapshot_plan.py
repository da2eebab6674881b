"""A plan made from snapshots: what it rests on, and what it could not know."""

from dataclasses import dataclass
from datetime import timedelta

from mlplatform.core.plan import Plan


@dataclass(frozen=True, slots=True)
class SnapshotAge:
    """One snapshot that a plan rests on, and how old it was then (by the clocks of two machines)."""

    environment: str
    commit: str
    taken: str
    age: timedelta


@dataclass(frozen=True, slots=True)
class SnapshotPlan:
    """The plan, its snapshots (the environment's own first), and in sentences what only an apply will find out."""

    plan: Plan
    bases: tuple[SnapshotAge, ...]
    unknown: tuple[str, ...]
