"""Merges of main into a pull request's branch by GitHub itself ("Update branch"): they leave the change as it was."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mlplatform.core.errors import Refusal
from mlplatform.providers.forge.github.answers import CommitAnswer, WholePull
from mlplatform.providers.forge.github.contributors import WEB_FLOW
from mlplatform.providers.forge.github.opening import ORIGIN, fetch_objects, without_credentials
from mlplatform.providers.forge.github.pulls import MAIN
from mlplatform.providers.forge.interface import ForgeError
from mlplatform.providers.git import Git
from mlplatform.providers.git.merge import head_before_update
from mlplatform.providers.git.remote import RemoteRef

Updates = Mapping[str, str]  # the commit of each merge to its first parent, which was the head before


@dataclass(frozen=True, slots=True)
class BranchUpdates:
    """Finds the updates at the end of a pull request's commits, in this clone of its repository."""

    git: Git

    def find(self, pull: WholePull, commits: Sequence[CommitAnswer]) -> Updates:
        """Return the updates after the last commit that somebody made; ForgeError where origin cannot be asked.

        An update is a merge that GitHub committed and signed, of a commit of main, and of exactly the files that git
        makes of the two sides without a conflict and without one that nobody has reviewed.
        """
        by_id = {commit.sha: commit for commit in commits}
        updates: dict[str, str] = {}
        commit = by_id.get(pull.head.sha)
        if pull.base.ref != MAIN or commit is None or not _is_by_github(commit):
            return updates
        on_main = self._fetch(pull)
        while commit is not None and _is_by_github(commit) and self._is_update(commit, on_main):
            updates[commit.sha] = commit.parents[0].sha
            commit = by_id.get(commit.parents[0].sha)
        return updates

    def _fetch(self, pull: WholePull) -> frozenset[str]:
        """Fetch the head and main; return the commits that main has been at."""
        try:
            fetch_objects(self.git, f"refs/pull/{pull.number}/head", pull.head.sha)
            tip = RemoteRef(self.git, ORIGIN, f"refs/heads/{MAIN}").fetch()
            history = self.git.run("rev-list", "--first-parent", tip).decode().split() if tip else []
        except Refusal as failure:
            raise ForgeError(without_credentials(failure.message), fix=failure.fix) from None
        return frozenset(history)

    def _is_update(self, commit: CommitAnswer, on_main: frozenset[str]) -> bool:
        head, base = (parent.sha for parent in commit.parents)
        if base not in on_main:
            return False
        try:
            return head_before_update(self.git, commit.sha, {base}) == head
        except Refusal:
            return False  # the commit is not there


def _is_by_github(commit: CommitAnswer) -> bool:
    """True when GitHub says that it made a merge itself, and that the signature is its own."""
    verification = commit.commit.verification
    return (
        len(commit.parents) == 2
        and commit.committer is not None
        and commit.committer.id == WEB_FLOW
        and verification is not None
        and verification.verified
    )
