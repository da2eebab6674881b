"""The record of a validation: a version that was measured on a held-out sample."""

from typing import ClassVar

from mlplatform.core.records.base import Digest, GitCommit, IfGiven, Items, Number, RecordPart, record_part
from mlplatform.core.records.version import VersionPredicate


@record_part
class SampleUsed(RecordPart):
    """The held-out data set and the number of its rows."""

    dataset: str
    digest: Digest
    rows: int


@record_part
class MeasuredChampion(RecordPart):
    """The version that was compared with; `flaw` says why it could not be measured."""

    version: str
    digest: Digest
    metrics: dict[str, Number]
    flaw: IfGiven[str] = ""


@record_part
class MeasuredLatency(RecordPart):
    """The latency of requests of one row, in milliseconds."""

    p50Ms: Number
    p99Ms: Number
    requests: int


@record_part
class RecordedCheck(RecordPart):
    """One check: what it asks for, the values of both versions, and why it is not met."""

    check: str
    asked: str
    candidate: str
    champion: str
    met: bool
    reason: IfGiven[str] = ""


@record_part
class ValidationPredicate(VersionPredicate):
    """A version, what was measured and which checks are met; `because` says why this version was chosen.

    Older records also have `approvedBy`.
    """

    predicate_type: ClassVar[str] = "urn:mlplatform:predicate:validation:v1"

    met: bool
    because: str
    commit: GitCommit
    sample: SampleUsed
    metrics: dict[str, Number]
    champion: MeasuredChampion | None
    latency: MeasuredLatency | None
    checks: Items[RecordedCheck]
    identity: str
    approvedBy: IfGiven[Items[str]] = ()

    def subjects(self) -> dict[str, str]:
        version = f"{self.environment}/{self.model}@{self.version}"
        return {version: self.digest, self.sample.dataset: self.sample.digest}
