"""What `platform drift` prints."""

from typing import Any

from mlplatform.core.drift import Drifted
from mlplatform.observe.adoptable import adoptable
from mlplatform.propose.adopt import Adopted
from mlplatform.report.plain import counted
from mlplatform.report.proposed import proposed_text


def drift_text(drifted: Drifted) -> str:
    """A line a difference, and what it was compared with."""
    last = drifted.last
    lines = [f"  ✗ {drift.model or 'the server'}  {drift.message} ({drift.kind})" for drift in drifted.drifts]
    what = f"{counted(len(lines), 'change')} by hand since the apply of {last.commit[:12]}"
    return "\n".join([*lines, f"{last.environment}: {what} (seen {last.taken})", *_ways(drifted)])


def _ways(drifted: Drifted) -> list[str]:
    command = f"platform drift --env {drifted.last.environment}"
    could_be_declared, _ = adoptable(drifted.drifts, drifted.running())
    ways = [f"  undo it: {command} --revert"] if drifted.drifts else []
    return [*ways, f"  or declare it: {command} --adopt"] if could_be_declared else ways


def drift_json(drifted: Drifted) -> dict[str, Any]:
    last = drifted.last
    return {
        "environment": last.environment,
        "snapshot": {"commit": last.commit, "taken": last.taken},
        "drifts": [drift.as_json() for drift in drifted.drifts],
    }


def adopted_text(adopted: Adopted) -> str:
    lines = [
        proposed_text(adopted.proposed, adopted.title, adopted.environment),
        *(f"  ✗ cannot be declared: {sentence}" for sentence in adopted.refused),
    ]
    return "\n".join(lines)


def adopted_json(adopted: Adopted) -> dict[str, Any]:
    return {
        "branch": adopted.proposed.branch,
        "title": adopted.title,
        "commit": adopted.proposed.commit,
        "reused": adopted.proposed.reused,
        "refused": list(adopted.refused),
    }
