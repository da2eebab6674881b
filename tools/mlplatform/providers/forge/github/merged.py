"""The pull request that became a commit of main."""

from mlplatform.core.kinds.git_host import MergeMethod
from mlplatform.core.pull_request import MergedChange
from mlplatform.providers.forge.github.accounts import Accounts
from mlplatform.providers.forge.github.answers import CommitAnswer, ListedPull
from mlplatform.providers.forge.github.api import GitHubApi
from mlplatform.providers.forge.github.pulls import MAIN, read_pull
from mlplatform.providers.forge.github.read_review import read_commits, read_review
from mlplatform.providers.forge.interface import ForgeError


def merged_change(api: GitHubApi, repository: str, commit: str, accounts: Accounts) -> MergedChange | None:
    """Return the merged pull request whose commit of main this is; None where it came there without one.

    A rebase puts several commits on main: only the last of them is the pull request's.
    """
    merged = api.get(f"/repos/{repository}/commits/{commit}", CommitAnswer)
    pages = api.pages(f"/repos/{repository}/commits/{commit}/pulls", list[ListedPull])
    pulls = [pull for page in pages for pull in page if _became(pull, commit)]
    if len(pulls) > 1:  # one that was merged within another counts as merged by the same commit
        pulls = [
            pull for pull in pulls if pull.head.sha in {parent.sha for parent in merged.parents[1:]}
        ] or pulls
    if not pulls:
        return None
    if len(pulls) > 1:
        numbers = " and ".join(f"#{pull.number}" for pull in pulls)
        raise ForgeError(f"the commit {commit[:12]} is that of {numbers}", fix="see them on GitHub")
    pull = read_pull(api, repository, pulls[0].number)
    if not _became(pull, commit):
        raise ForgeError(f"GitHub says two things about #{pull.number}", fix="run the command again")
    commits = read_commits(api, repository, pull)
    return MergedChange(
        name=f"#{pull.number}",
        commit=commit,
        method=_method(merged, commits),
        merger=accounts.name_of(pull.merged_by),
        review=read_review(api, repository, pull, commits, accounts),
        url=pull.html_url,
    )


def _became(pull: ListedPull, commit: str) -> bool:
    return pull.merged_at is not None and pull.base.ref == MAIN and pull.merge_commit_sha == commit


def _method(merged: CommitAnswer, commits: list[CommitAnswer]) -> MergeMethod:
    """Return how it was merged: a rebase keeps the message, author and time of the last commit, a squash does not."""
    if len(merged.parents) > 1:
        return "merge"
    kept = (merged.commit.message, merged.commit.author)
    return "rebase" if any(kept == (own.commit.message, own.commit.author) for own in commits) else "squash"
