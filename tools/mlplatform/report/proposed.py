"""What is printed of a proposal that lies on its branch."""

from mlplatform.propose.branch import Proposed


def proposed_text(proposed: Proposed, title: str, environment: str = "") -> str:
    """Where the proposal lies, and which command follows its merge when it changes an `environment`."""
    lines = [
        title,
        f"  commit {proposed.commit[:12]} on branch {proposed.branch}, for review{_there(proposed)}",
    ]
    if environment:
        lines.append(f"  once it is merged: platform apply --env {environment}")
    return "\n".join(lines)


def _there(proposed: Proposed) -> str:
    if not proposed.reused:
        return ""
    kept = f", and keeps its message: first `git branch -D {proposed.branch}` for another"
    return f" (it was there already{kept if proposed.keeps_message else ''})"
