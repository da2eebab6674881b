"""Whether a change had the approvals that it took: of what was merged, by people who neither wrote nor asked for it."""

from collections.abc import Iterator

from mlplatform.core.evidence.problem import ProblemKind
from mlplatform.core.records.change import ChangePredicate, ReviewedMerge
from mlplatform.core.review import GivenReview

QUORUM_RULE = "approvals-quorum"  # an emergency may have it met by a single approver
Flaw = tuple[ProblemKind, str]


def review_flaws(change: ChangePredicate) -> Iterator[Flaw]:
    """Yield what is wrong with the reviews of a change, each person and path named once."""
    merge = change.merge
    if merge is None:
        return
    last = _last_reviews(merge)
    authors = {name.lower() for name in (merge.requester, *merge.contributors, *merge.pushers)}
    yield from dict.fromkeys(
        flaw
        for approval in change.approvals.values()
        for name in approval.approvedBy
        for flaw in _approver_flaws(name, merge, authors, last.get(name.lower()))
    )
    hurried = {gate.path for gate in change.passed if gate.rule == QUORUM_RULE}
    for changed in change.paths:
        approval = change.approvals.get(changed.path)
        if approval is None:
            yield ProblemKind.QUORUM, f"how many approvals {changed.path} takes is not on record"
            continue
        required = min(approval.required, 1) if changed.path in hurried else approval.required
        if (given := len({name.lower() for name in approval.approvedBy})) < required:
            yield ProblemKind.QUORUM, f"{changed.path} takes {required} approvals and has {given}"


def _approver_flaws(
    name: str, merge: ReviewedMerge, authors: set[str], last: GivenReview | None
) -> Iterator[Flaw]:
    if name.lower() in authors:
        yield (
            ProblemKind.SELF_APPROVAL,
            f"{name} counts as an approver and wrote, pushed or requested {merge.name}",
        )
    if last is None or last.state != "approved":
        yield ProblemKind.QUORUM, f"{name} counts as an approver and has not approved {merge.name}"
    elif last.head != merge.head:
        yield (
            ProblemKind.STALE_APPROVAL,
            f"{name} approved {last.head[:12]} of {merge.name}, and {merge.head[:12]} was merged",
        )


def _last_reviews(merge: ReviewedMerge) -> dict[str, GivenReview]:
    """Return each person's last review that is more than a comment, by login in lower case."""
    return {given.user.lower(): given for given in merge.reviews if given.state != "commented"}
