"""The record of an apply: what became of each change of its plan."""

from typing import ClassVar

from mlplatform.core.records.base import IfGiven, Items, record_part
from mlplatform.core.records.changes import RecordedOutcome, subjects_of
from mlplatform.core.records.header import ApplyHeader


@record_part
class DeploymentPredicate(ApplyHeader):
    """An apply and its outcomes.

    `late`: a run with a greater fence had changed the environment since, so it no longer says how things are. `intent`
    names the intent whose apply was interrupted, `completes` the record that this one completes.
    """

    predicate_type: ClassVar[str] = "urn:mlplatform:predicate:deployment:v1"

    outcomes: Items[RecordedOutcome]
    late: IfGiven[bool] = False
    intent: IfGiven[str] = ""
    completes: IfGiven[str] = ""

    def subjects(self) -> dict[str, str]:
        return subjects_of(self.environment, self.outcomes)
