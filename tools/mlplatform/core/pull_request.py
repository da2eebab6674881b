"""Pull requests, and what became of them on main, as a Git host knows them."""

from dataclasses import dataclass
from typing import Literal

from mlplatform.core.kinds.git_host import MergeMethod
from mlplatform.core.review import Review

VERDICT_STATUS = "platform/verdict"
StatusState = Literal["success", "failure", "error", "pending"]


@dataclass(frozen=True, slots=True)
class PullRequest:
    """An open pull request as it is now.

    `name` is what people call it (`#12`, or its branch where the Git host numbers none), `head` the commit (40 hex
    digits) that is reviewed, `base_branch` the branch that it is to be merged into.
    """

    name: str
    number: int | None
    branch: str
    base_branch: str
    head: str
    title: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class MergedChange:
    """A pull request that became a commit of main; `review` has its people and reviews as they were then.

    `commit` is the commit on main's first-parent history, `merger` who merged it, and `merged_at` when (RFC 3339):
    by the Git host's clock, or by the merger's where there is no host.
    """

    name: str
    commit: str
    title: str
    method: MergeMethod
    merger: str
    merged_at: str | None
    review: Review
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Issue:
    """Something that the Git host is to keep open while it is so; `key` tells it from the others."""

    key: str
    title: str
    body: str


@dataclass(frozen=True, slots=True)
class ForgeCheck:
    """A check run or status of a commit.

    `conclusion` is the Git host's word (`success`, `failure`, `pending`, …), `app_id` the App that made it where one
    did, `creator` the account.
    """

    name: str
    conclusion: str
    app_id: int | None
    creator: str


def stale_approvals(review: Review) -> tuple[tuple[str, str], ...]:
    """Return whose last review approves another commit than the head, and which, sorted."""
    last = {given.user.lower(): given for given in review.reviews if given.state != "commented"}
    return tuple(
        sorted(
            (given.user, given.head)
            for given in last.values()
            if given.state == "approved" and given.head != review.head
        )
    )
