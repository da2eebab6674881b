"""The record that a version on hold may be tried again."""

from typing import ClassVar

from mlplatform.core.records.base import IfGiven, Items, record_part
from mlplatform.core.records.version import VersionPredicate


@record_part
class RetryPredicate(VersionPredicate):
    """A version that may be tried again, who allowed it and why; older records also have `approvedBy`."""

    predicate_type: ClassVar[str] = "urn:mlplatform:predicate:retry:v1"

    identity: str
    reason: str
    approvedBy: IfGiven[Items[str]] = ()
