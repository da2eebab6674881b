"""Warn of a quarter that ended without a sign-off of its access review."""

from collections.abc import Iterator
from datetime import datetime

from mlplatform.check.document_index import DocumentIndex
from mlplatform.core.finding import Finding, Severity
from mlplatform.core.naming import Kind, path_of
from mlplatform.core.quarter import quarter_before, quarter_of, start_of_quarter
from mlplatform.core.rule import declare_rule

DOCUMENT_ACCESS_REVIEW = declare_rule(
    __name__,
    "document-access-review",
    "The last quarter's access review is signed off",
    "Who can do what is looked at every quarter, so that nobody keeps what they no longer need. Asked by "
    "`platform check --all` of a commit or the working tree, and never an error: a day that passes breaks nothing.",
    fix="have it looked at and signed off: platform access review --quarter QUARTER --sign-off",
    passes="access-reviews/2026Q3.yaml, in the fourth quarter of 2026",
    fails="no access-reviews/2026Q3.yaml, in the fourth quarter of 2026",
    soc2=("CC6.2", "CC6.3"),
    severity=Severity.WARNING,
)


def overdue_review(index: DocumentIndex, now: datetime, began: datetime) -> Iterator[Finding]:
    """Yield a warning where the last quarter has no review; none for a quarter that was over when main began."""
    present = quarter_of(now)
    last, end = quarter_before(present), start_of_quarter(present)
    if began < end and not index.exists(Kind.ACCESS_REVIEW, last):
        message = f"{last} ended on {end.date().isoformat()} and its access review is not signed off"
        fix = f"platform access review --quarter {last} --sign-off"
        yield DOCUMENT_ACCESS_REVIEW.warning(path_of(Kind.ACCESS_REVIEW, last), message, fix=fix)
