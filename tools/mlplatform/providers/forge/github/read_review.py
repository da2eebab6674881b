"""Reading the review of a pull request: all of it or nothing."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from pydantic import ValidationError

from mlplatform.core.review import GivenReview, Review
from mlplatform.providers.forge.github.accounts import Accounts
from mlplatform.providers.forge.github.answers import CommitAnswer, ReviewAnswer, User, WholePull
from mlplatform.providers.forge.github.api import GitHubApi
from mlplatform.providers.forge.github.base_changes import last_base_change
from mlplatform.providers.forge.github.branch_updates import BranchUpdates, Updates
from mlplatform.providers.forge.github.contributors import contributors
from mlplatform.providers.forge.github.pushers import pushers
from mlplatform.providers.forge.interface import ForgeError, ReviewUnknown

MAX_COMMITS = 250  # GitHub lists no more of a pull request
_NO_COMMIT = "0" * 40
_NOT_SUBMITTED = "PENDING"
_STATES = {
    "APPROVED": "approved",
    "CHANGES_REQUESTED": "changes-requested",
    "COMMENTED": "commented",
    "DISMISSED": "dismissed",
}


def read_commits(api: GitHubApi, repository: str, pull: WholePull) -> list[CommitAnswer]:
    """Return all commits of a pull request; ForgeError when GitHub does not list all of them."""
    pages = api.pages(f"/repos/{repository}/pulls/{pull.number}/commits", list[CommitAnswer])
    commits = [commit for page in pages for commit in page]
    if pull.commits > len(commits) and pull.commits > MAX_COMMITS:
        raise ReviewUnknown(
            f"the pull request #{pull.number} has {pull.commits} commits, of which GitHub lists {len(commits)}: "
            "who wrote the others is not known",
            fix=f"split it into pull requests of at most {MAX_COMMITS} commits, or squash its commits",
        )
    if pull.commits != len(commits) or pull.head.sha not in {commit.sha for commit in commits}:
        raise ForgeError(
            f"GitHub lists {len(commits)} of the {pull.commits} commits of #{pull.number}, or not its head",
            fix="run the command again",
        )
    return commits


def read_review(
    api: GitHubApi,
    repository: str,
    pull: WholePull,
    commits: Sequence[CommitAnswer],
    accounts: Accounts,
    branch_updates: BranchUpdates,
) -> Review:
    """Return the review of a pull request's head; of a merged one as it was when it was merged.

    A review that was dismissed since then is dismissed: GitHub does not list what it was before. One that was given
    when the pull request went into another branch is of no commit: it was of another change, though of the same head.
    One that was given before GitHub merged main into the branch is of the head: the change is the same.
    """
    updates = branch_updates.find(pull, commits)
    written = [commit for commit in commits if commit.sha not in updates]
    given = list(_submitted(api, repository, pull))
    since = last_base_change(api, repository, pull.number)
    pushed = pushers(api, repository, pull, commits, updates)
    seen = [user for user in (pull.user, *pushed, *(review.user for review in given)) if user is not None]
    try:
        return Review(
            schema="approvals/v1",
            requester=accounts.name_of(pull.user),
            contributors=contributors(written, accounts, seen),
            pushers=sorted({accounts.name_of(user) for user in pushed}),
            head=pull.head.sha,
            reviews=[_given(review, accounts, since, pull.head.sha, updates) for review in given],
        )
    except ValidationError:
        raise ReviewUnknown(
            f"the review of #{pull.number} has a name that cannot be written down",
            fix="see its people on GitHub",
        ) from None


def require_head(pull: WholePull, head: str) -> None:
    """ForgeError when the head of a pull request is no longer this commit."""
    if pull.head.sha != head:
        raise ForgeError(
            f"the head of #{pull.number} has moved from {head[:12]} to {pull.head.sha[:12]} meanwhile",
            fix="run the command again",
        )


def _submitted(api: GitHubApi, repository: str, pull: WholePull) -> Iterator[ReviewAnswer]:
    for page in api.pages(f"/repos/{repository}/pulls/{pull.number}/reviews", list[ReviewAnswer]):
        for review in page:
            if review.state != _NOT_SUBMITTED and not _is_after_merge(review, pull):
                yield review


def _is_after_merge(review: ReviewAnswer, pull: WholePull) -> bool:
    if pull.merged_at is None:
        return False
    return review.submitted_at is None or review.submitted_at > pull.merged_at


def _given(
    review: ReviewAnswer, accounts: Accounts, since: datetime | None, pull_head: str, updates: Updates
) -> GivenReview:
    if (state := _STATES.get(review.state)) is None:
        raise ReviewUnknown("a review has a state that is not known here", fix="see the reviews on GitHub")
    user: User | None = review.user
    is_of_this_base = since is None or (review.submitted_at is not None and review.submitted_at > since)
    head = (review.commit_id if is_of_this_base else None) or _NO_COMMIT
    if head in updates.values():
        head = pull_head
    return GivenReview.model_validate({"user": accounts.name_of(user), "state": state, "head": head})
