"""What `platform plan --against snapshot` prints."""

from datetime import timedelta
from typing import Any

from mlplatform.core.snapshot_plan import SnapshotAge, SnapshotPlan
from mlplatform.report.change import plan_text


def snapshot_plan_text(foreseen: SnapshotPlan) -> str:
    """The plan, and under it what it rests on."""
    bases = [f"  {_basis_text(basis)}" for basis in foreseen.bases]
    unknown = [f"  not known: {sentence}" for sentence in foreseen.unknown]
    warning = "planned from snapshots, which may be out of date: what changed since is not seen"
    return "\n".join([plan_text(foreseen.plan), warning, *bases, *unknown])


def snapshot_plan_json(foreseen: SnapshotPlan) -> dict[str, Any]:
    bases = [
        {
            "environment": basis.environment,
            "commit": basis.commit or None,
            "taken": basis.taken,
            "ageSeconds": int(basis.age.total_seconds()),
        }
        for basis in foreseen.bases
    ]
    return {**foreseen.plan.as_json(), "against": {"snapshots": bases, "unknown": list(foreseen.unknown)}}


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
