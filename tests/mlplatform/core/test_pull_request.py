"""Whose approval is of another commit than the head."""

from mlplatform.core.pull_request import stale_approvals
from mlplatform.core.review import GivenReview, Review

HEAD, OLDER = "a" * 40, "b" * 40


def review(*reviews: tuple[str, str, str]) -> Review:
    given = [GivenReview.model_validate({"user": u, "state": s, "head": h}) for u, s, h in reviews]
    return Review(
        schema="approvals/v1", requester="linus", contributors=["linus"], pushers=[], head=HEAD, reviews=given
    )


def test_an_approval_of_an_older_head_is_stale() -> None:
    given = review(("ada", "approved", OLDER), ("mary", "approved", HEAD))
    assert stale_approvals(given) == (("ada", OLDER),)


def test_the_last_review_counts_and_a_comment_is_none() -> None:
    given = review(
        ("ada", "approved", OLDER),
        ("ada", "approved", HEAD),
        ("ada", "commented", HEAD),
        ("mary", "approved", OLDER),
        ("mary", "changes-requested", HEAD),
    )
    assert stale_approvals(given) == ()
