"""The verdict on a pull request, and what came of its merge."""

from dataclasses import dataclass

from mlplatform.core.check_result import CheckResult
from mlplatform.core.errors import Refusal
from mlplatform.core.pull_request import PullRequest
from mlplatform.core.review import Review
from mlplatform.core.snapshot_plan import SnapshotPlan


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is said of a head: `base` and `tree` are the tip of main and the tree that a merge would make now.

    `plans` is what an apply of the merge would do, by environment, as far as the snapshots tell; `unplanned` why not.
    """

    pull: PullRequest
    base: str
    tree: str
    review: Review
    checked: CheckResult
    plans: tuple[SnapshotPlan, ...] = ()
    unplanned: tuple[str, ...] = ()

    @property
    def passes(self) -> bool:
        return self.checked.is_clean


@dataclass(frozen=True, slots=True)
class VerdictTexts:
    """What a status (one line) and a comment (Markdown) say."""

    status: str
    comment: str


@dataclass(frozen=True, slots=True)
class Judged:
    """A pull request with its verdict, or the refusal that stands in its place and is a denial too."""

    pull: PullRequest
    verdict: Verdict | None
    refusal: Refusal | None = None

    @property
    def passes(self) -> bool:
        return self.verdict is not None and self.verdict.passes


@dataclass(frozen=True, slots=True)
class Merge:
    """The verdict on a branch, and the merge commit where it passed; `remote` has it where it is not this clone.

    `record` is the commit of the ledger that holds its record, `unrecorded` why there is none yet.
    """

    verdict: Verdict
    commit: str | None
    remote: str | None = None
    record: str | None = None
    unrecorded: Refusal | None = None
