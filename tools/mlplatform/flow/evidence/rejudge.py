"""Judges changes on record again, by the policies and reviews of their day: recorders are not taken at their word."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from mlplatform.core.errors import Refusal
from mlplatform.core.evidence.problem import EvidenceProblem, ProblemKind
from mlplatform.core.records.change import ChangePredicate, ReviewedMerge
from mlplatform.core.review import Review
from mlplatform.flow.check.run_check import CheckOptions, check_change
from mlplatform.flow.evidence.change_record import approvals_in
from mlplatform.flow.progress import ProgressReporter
from mlplatform.flow.workspace import Workspace
from mlplatform.record.verify.changes import RecordedChange


def rejudged(
    workspace: Workspace, recorded: Sequence[RecordedChange], progress: ProgressReporter
) -> Iterator[EvidenceProblem]:
    """Yield the changes whose approvals, or verdict, are not what a check says now. It takes seconds for each."""
    for number, each in enumerate(recorded, start=1):
        if each.change.merge is None or each.change.parent is None:
            continue
        progress.on_message(f"judging {number} of {len(recorded)} again: {each.change.commit[:12]}")
        if flaw := _difference(workspace, each.change, each.change.parent, each.change.merge):
            yield EvidenceProblem(ProblemKind.VERDICT, each.change.commit, flaw)


def _difference(workspace: Workspace, change: ChangePredicate, parent: str, merge: ReviewedMerge) -> str:
    try:
        review = Review(
            schema="approvals/v1",
            requester=merge.requester,
            contributors=list(merge.contributors),
            pushers=list(merge.pushers),
            head=merge.head,
            reviews=list(merge.reviews),
        )
        moment = datetime.fromisoformat(merge.mergedAt or change.committedAt)
        checked = check_change(workspace.git, parent, merge.head, CheckOptions(now=moment, review=review))
    except (Refusal, ValueError) as why:
        return f"it cannot be judged again: {why}"
    if approvals_in(checked) != change.approvals:
        return "other approvals are required, or count, than its record says"
    if checked.is_clean == bool(change.denied):
        return f"it {'passes' if checked.is_clean else 'is denied'} now, and its record says otherwise"
    return ""
