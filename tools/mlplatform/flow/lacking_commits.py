"""Says which applied commits a commit lacks: on an older branch the documents are out of date, and nothing drifted."""

from collections.abc import Sequence

from mlplatform.core.applied import newest_apply
from mlplatform.core.records.statement import Statement
from mlplatform.providers.git import Git, GitError

_MOST_NAMED = 3


def lacking_commits(git: Git, commit: str, environment: str, ledger: Sequence[Statement]) -> str:
    """Return a sentence that names the applied commits that a commit does not contain; empty when it has them all.

    `ledger` has the statements, oldest first.
    """
    last = newest_apply(ledger, environment)
    if last is None or last.commit == commit:
        return ""
    try:
        listed = git.run("rev-list", last.commit, f"^{commit}", "--").decode().split()
    except GitError:
        return (
            f"{commit[:12]} lacks {last.commit[:12]}, which {environment} runs and this clone does not have"
        )
    if not listed:
        return ""
    names = ", ".join(name[:12] for name in listed[:_MOST_NAMED])
    more = f" and {len(listed) - _MOST_NAMED} more" if len(listed) > _MOST_NAMED else ""
    commits = "1 commit" if len(listed) == 1 else f"{len(listed)} commits"
    return f"the branch at {commit[:12]} lacks {commits} that {environment} runs: {names}{more}"
