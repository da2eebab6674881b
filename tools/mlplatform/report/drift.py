"""What `platform drift` prints."""

from typing import Any

from mlplatform.core.drift import Drifted
from mlplatform.propose.adopt import Adopted
from mlplatform.report.plain import counted


def drift_text(drifted: Drifted) -> str:
    """A line a difference, and what it was compared with."""
    last = drifted.last
    lines = [f"  ✗ {drift.model or 'the server'}  {drift.message} ({drift.kind})" for drift in drifted.drifts]
    what = f"{counted(len(lines), 'change')} by hand since the apply of {last.commit[:12]}"
    ways = f"\n  put it back: platform drift --env {last.environment} --revert" if lines else ""
    return "\n".join([*lines, f"{last.environment}: {what} (seen {last.taken}){ways}"])


def drift_json(drifted: Drifted) -> dict[str, Any]:
    last = drifted.last
    return {
        "environment": last.environment,
        "snapshot": {"commit": last.commit, "taken": last.taken},
        "drifts": [drift.as_json() for drift in drifted.drifts],
    }


def adopted_text(adopted: Adopted) -> str:
    there = " (it was there already)" if adopted.proposed.reused else ""
    lines = [
        adopted.title,
        f"  commit {adopted.proposed.commit[:12]} on branch {adopted.proposed.branch}, for review{there}",
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
