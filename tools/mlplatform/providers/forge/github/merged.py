"""The pull request that became a commit of main."""

from mlplatform.core.kinds.git_host import MergeMethod
from mlplatform.core.pull_request import MergedChange
from mlplatform.core.review import Review
from mlplatform.providers.forge.github.accounts import Accounts
from mlplatform.providers.forge.github.answers import CommitAnswer, ListedPull, WholePull
from mlplatform.providers.forge.github.api import GitHubApi
from mlplatform.providers.forge.github.branch_updates import BranchUpdates
from mlplatform.providers.forge.github.pulls import MAIN, read_pull
from mlplatform.providers.forge.github.read_review import read_commits, read_review
from mlplatform.providers.forge.interface import ForgeError, ReviewUnknown


def merged_change(
    api: GitHubApi, repository: str, commit: str, accounts: Accounts, updates: BranchUpdates
) -> MergedChange | None:
    """Return the merged pull request whose commit of main this is; None where it came there without one.

    Where several pull requests had its head it is the first of them, with the people and reviews of all: whoever opens
    a copy of it stops nothing. ForgeError for a rebase of several commits: all but the last are states of main that
    nobody reviewed.
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
    if len(pulls) > 1 and not _have_one_head(pulls, merged):
        numbers = " and ".join(f"#{pull.number}" for pull in pulls)
        raise ReviewUnknown(f"the commit {commit[:12]} is that of {numbers}", fix="see them on GitHub")
    (pull, commits, review), *copies = (
        _read(api, repository, number, commit, accounts, updates)
        for number in sorted(pull.number for pull in pulls)
    )
    return MergedChange(
        name=f"#{pull.number}",
        commit=commit,
        title=pull.title,
        method=_method(merged, commits, pull.number),
        merger=accounts.name_of(pull.merged_by),
        merged_at=pull.merged_at.isoformat() if pull.merged_at else None,
        review=_together(review, [copy for _, _, copy in copies]),
        url=pull.html_url,
    )


def _read(
    api: GitHubApi, repository: str, number: int, commit: str, accounts: Accounts, updates: BranchUpdates
) -> tuple[WholePull, list[CommitAnswer], Review]:
    pull = read_pull(api, repository, number)
    if not _became(pull, commit):
        raise ForgeError(f"GitHub says two things about #{pull.number}", fix="run the command again")
    commits = read_commits(api, repository, pull)
    return pull, commits, read_review(api, repository, pull, commits, accounts, updates)


def _have_one_head(pulls: list[ListedPull], merged: CommitAnswer) -> bool:
    return {pull.head.sha for pull in pulls} == {parent.sha for parent in merged.parents[1:]}


def _together(first: Review, copies: list[Review]) -> Review:
    """Return a review with those of other pull requests of the same head; who requested one of those stands for it."""
    reviews = [first, *copies]
    requesters = {copy.requester for copy in copies}
    update = {
        "contributors": sorted({name for review in reviews for name in review.contributors}),
        "pushers": sorted({name for review in reviews for name in review.pushers} | requesters),
        "reviews": [given for review in reviews for given in review.reviews],
    }
    return first.model_copy(update=update) if copies else first


def _became(pull: ListedPull, commit: str) -> bool:
    return pull.merged_at is not None and pull.base.ref == MAIN and pull.merge_commit_sha == commit


def _method(merged: CommitAnswer, commits: list[CommitAnswer], number: int) -> MergeMethod:
    """Return how it was merged: a rebase keeps the message, author and time of the last commit, a squash does not."""
    if len(merged.parents) > 1:
        return "merge"
    kept = (merged.commit.message, merged.commit.author)
    if len(commits) > 1 and any(kept == (own.commit.message, own.commit.author) for own in commits):
        raise ReviewUnknown(
            f"#{number} was rebased onto main as {len(commits)} commits, and nobody reviewed each of them",
            fix="revert them and merge it again, with a merge commit or as a squash; `platform forge setup --apply` "
            "forbids rebasing",
        )
    return "squash"
