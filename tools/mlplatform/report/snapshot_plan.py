"""Prints a plan made from snapshots: `platform plan --against snapshot`."""

from datetime import timedelta
from typing import Any

from mlplatform.core.snapshot_plan import SnapshotAge, SnapshotPlan
from mlplatform.report.change import plan_text


def snapshot_plan_text(planned: SnapshotPlan) -> str:
    """The plan, then the snapshots that it was made from, and what they do not tell."""
    bases = [f"  {_basis_text(basis)}" for basis in planned.bases]
    unknown = [f"  not known: {sentence}" for sentence in planned.unknown]
    warning = "planned from snapshots, which may be out of date: changes since then are not seen"
    return "\n".join([plan_text(planned.plan), warning, *bases, *unknown])


def snapshot_plan_json(planned: SnapshotPlan) -> dict[str, Any]:
    bases = [
        {
            "environment": basis.environment,
            "commit": basis.commit or None,
            "taken": basis.taken,
            "ageSeconds": int(basis.age.total_seconds()),
        }
        for basis in planned.bases
    ]
    return {**planned.plan.as_json(), "against": {"snapshots": bases, "unknown": list(planned.unknown)}}


def age_text(age: timedelta) -> str:
    """`less than a minute`, `12 minutes`, `3 hours`, `2 days`: rounded down."""
    seconds = int(age.total_seconds())
    for word, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if count := seconds // length:
            return f"{count} {word}{'' if count == 1 else 's'}"
    return "less than a minute"


def _basis_text(basis: SnapshotAge) -> str:
    at = f", after the apply of {basis.commit[:12]}" if basis.commit else ", from registrations alone"
    return f"{basis.environment}: {age_text(basis.age)} old (taken {basis.taken}{at})"
