"""The record of a change: one commit of main, who asked for it, who wrote and reviewed it, and what was checked."""

from typing import ClassVar, Literal

from mlplatform.core.kinds.base import Classification
from mlplatform.core.records.base import (
    Digest,
    GitCommit,
    IfGiven,
    Items,
    MomentText,
    Predicate,
    RecordPart,
    record_part,
)
from mlplatform.core.review import GivenReview


@record_part
class ChangedPath(RecordPart):
    """A path that the commit changed against its first parent."""

    path: str
    action: Literal["added", "changed", "removed"]


@record_part
class ReviewedMerge(RecordPart):
    """The pull request that became the commit, as the Git host had it at the merge.

    `asReviewed` says whether the commit is what a merge makes of its parent and the reviewed head; null where that head
    was not to be had.
    `mergedAt` is the Git host's time; where there is none it is the merger's clock, under their signature.
    """

    name: str
    url: IfGiven[str | None] = None
    title: str
    head: GitCommit
    method: Literal["merge", "squash"]
    asReviewed: bool | None
    requester: str
    contributors: Items[str]
    pushers: Items[str]
    reviews: Items[GivenReview]
    merger: str
    mergedAt: IfGiven[MomentText | None] = None


@record_part
class PathApproval(RecordPart):
    """How many approvals the policies of the commit before asked for a path, and whose counted."""

    required: int
    approvedBy: Items[str]


@record_part
class CheckRun(RecordPart):
    """A check of the change: by which tool in which version, and what came of it.

    `required`: main takes nothing without it. `digest` is that of the result where the tool is ours.
    """

    name: str
    tool: str
    version: str
    result: Literal["passed", "failed", "unknown"]
    required: bool
    digest: IfGiven[Digest | None] = None


@record_part
class UsedWaiver(RecordPart):
    """A waiver that suspended a finding of the change."""

    waiver: str
    rule: str
    path: str
    owner: str
    reason: str
    expires: str


@record_part
class PassedGate(RecordPart):
    """A rule that denied a path, and the emergency that let it go."""

    rule: str
    path: str
    emergency: str


@record_part
class ChangePredicate(Predicate):
    """What became of one commit of main's first-parent history.

    `parent` is None for the root. `paths` are those that differ from the first parent, `tenants` the affected ones with
    their clearance. `merge` is None where no pull request became the commit, or where who reviewed it cannot be known,
    as `unknown` says. `policies` is the git tree of policies/ that judged, `plans` the digest of what an apply would do
    by environment, by its newest snapshot, `unplanned` why one is missing, `passed` what an emergency let go, and
    `denied` why the change should not have been merged.
    """

    predicate_type: ClassVar[str] = "urn:mlplatform:predicate:change:v1"

    repository: str
    ref: str
    commit: GitCommit
    tree: GitCommit
    parent: GitCommit | None
    committedAt: MomentText
    title: str
    ticket: IfGiven[str] = ""
    reason: IfGiven[str] = ""
    paths: Items[ChangedPath]
    tenants: dict[str, Classification]
    merge: ReviewedMerge | None
    approvals: dict[str, PathApproval]
    checks: Items[CheckRun]
    waivers: Items[UsedWaiver]
    policies: GitCommit | None
    plans: dict[str, Digest]
    passed: IfGiven[Items[PassedGate]] = ()
    unplanned: IfGiven[Items[str]] = ()
    denied: IfGiven[Items[str]] = ()
    unknown: IfGiven[Items[str]] = ()
    identity: str

    def subjects(self) -> dict[str, str]:
        return {self.ref: f"gitCommit:{self.commit}"}
