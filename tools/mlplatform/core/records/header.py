"""The beginning of every record of an apply: who runs it and why, who approved what it applies, and the plan."""

from dataclasses import fields
from typing import Literal

from pydantic import Field

from mlplatform.core.plan import Plan
from mlplatform.core.records.base import (
    Digest,
    GitCommit,
    IfGiven,
    Items,
    Predicate,
    RecordPart,
    extended,
    parse,
    record_part,
)


@record_part
class RecordedApproval(RecordPart):
    """Who approved a change of a deployment, the commit that it became, and its pull request, if it had one."""

    commit: GitCommit
    approvedBy: Items[str]
    pullRequest: IfGiven[str] = ""


@record_part
class RecordedRefusal(RecordPart):
    """A deployment that the plan left as it was, and why; `held`: its version is on hold."""

    resource: str
    reason: str
    fix: str
    where: str
    held: bool = False


@record_part
class RunHeader(Predicate):
    """Who runs an apply and why, with which fence, and the approvals by model.

    `approvedBy` are the people of the whole apply: older records name them alone. `goingBack` says why an environment
    is rolled back to an earlier commit, `undoing` that changes by hand are reverted.
    """

    identity: str
    approvedBy: Items[str] = ()
    approvals: dict[str, RecordedApproval] = Field(default_factory=dict)
    fence: int = 0
    goingBack: IfGiven[str] = ""
    undoing: IfGiven[Literal["drift"] | None] = None
    reason: IfGiven[str] = ""
    confirmed: IfGiven[Items[str]] = ()


@record_part
class ApplyHeader(RunHeader):
    """A run and its plan, without the changes; `documents` has the digest of what is declared, by model."""

    environment: str
    target: str
    commit: GitCommit
    digest: Digest
    refused: Items[RecordedRefusal]
    documents: dict[str, str] = Field(default_factory=dict)

    @property
    def is_drift_revert(self) -> bool:
        return self.undoing is not None

    def approved_by(self, model: str) -> tuple[str, ...]:
        """Return by whose approval the apply changed a model."""
        of_model = self.approvals.get(model)
        return of_model.approvedBy if of_model else self.approvedBy

    def models_on_hold(self) -> set[str]:
        """Return the models that the plan left alone because their version is on hold."""
        return {refusal.resource for refusal in self.refused if refusal.held}


def header_of(apply: ApplyHeader) -> ApplyHeader:
    """Return the header of a recorded apply, for another record of it."""
    names = {each.name for each in fields(ApplyHeader)} - {each.name for each in fields(Predicate)}
    return ApplyHeader(**{name: getattr(apply, name) for name in names})


def apply_header(run: RunHeader, plan: Plan) -> ApplyHeader:
    """Return the header of a run that applies a plan."""
    refused = tuple(parse(RecordedRefusal, refusal.as_json()) for refusal in plan.refused)
    return extended(
        ApplyHeader,
        run,
        environment=plan.environment,
        target=plan.target,
        commit=plan.commit,
        digest=plan.digest,
        refused=refused,
        documents=dict(plan.documents),
    )
