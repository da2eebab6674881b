"""The record of what an apply of a shared environment is about to do, in case its machine never comes back."""

from typing import ClassVar

from mlplatform.core.records.base import Items, record_part
from mlplatform.core.records.changes import RecordedChange, subjects_of
from mlplatform.core.records.header import ApplyHeader


@record_part
class IntentPredicate(ApplyHeader):
    """An apply and its changes; `intent` names the journal that their outcomes are written to."""

    predicate_type: ClassVar[str] = "urn:mlplatform:predicate:intent:v1"

    intent: str
    changes: Items[RecordedChange]

    def subjects(self) -> dict[str, str]:
        return subjects_of(self.environment, self.changes)
