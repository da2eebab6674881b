"""The contents of an export, before they are written as tables and pages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from mlplatform.core.evidence.period import Period
from mlplatform.core.evidence.reconciliation import AppliedChange
from mlplatform.core.evidence.trust import TrustRoots
from mlplatform.core.evidence.verification import Verification
from mlplatform.core.incident import RecordedIncident
from mlplatform.core.kinds.access_review import AccessReview
from mlplatform.core.kinds.base import Classification
from mlplatform.core.kinds.waiver import Waiver
from mlplatform.core.naming import Identity, parse_path
from mlplatform.core.records.change import ChangePredicate
from mlplatform.core.records.emergency import EmergencyPredicate, EmergencyReviewPredicate
from mlplatform.core.records.registration import RegistrationPredicate
from mlplatform.core.records.validation import ValidationPredicate
from mlplatform.providers.git.main_history import MainCommit
from mlplatform.record.verify.controls import RecordedControls
from mlplatform.record.verify.deployments import RecordedApply


@dataclass(frozen=True, slots=True)
class PinnedVersion:
    """A version that a change pins in an environment, with the digests of the data sets it was trained on."""

    environment: str
    model: str
    version: str
    digest: str
    data: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PeriodChange:
    """A commit of main in the period; `record` is the ledger's commit that states it, None where there is none.

    `became` says what became of each environment that it changed, and `pins` which versions it pins there.
    """

    commit: MainCommit
    record: str | None
    statement: ChangePredicate | None
    became: tuple[AppliedChange, ...]
    pins: tuple[PinnedVersion, ...]

    @property
    def id(self) -> str:
        return self.commit.commit

    @property
    def title(self) -> str:
        return self.statement.title if self.statement else self.commit.title

    @property
    def merged_at(self) -> str:
        """When the Git host merged it; empty where that is not on record."""
        merge = self.statement.merge if self.statement else None
        return (merge.mergedAt or "") if merge else ""

    @property
    def requester(self) -> str:
        merge = self.statement.merge if self.statement else None
        return merge.requester if merge else ""

    @property
    def approvers(self) -> tuple[str, ...]:
        """Whose approvals counted, for any of its paths."""
        approvals = self.statement.approvals.values() if self.statement else ()
        return tuple(sorted({name for approval in approvals for name in approval.approvedBy}))

    @property
    def tenants(self) -> tuple[str, ...]:
        return tuple(sorted(self.statement.tenants)) if self.statement else ()

    @property
    def environments(self) -> tuple[str, ...]:
        return tuple(sorted({each.environment for each in self._identities() if each.environment}))

    @property
    def models(self) -> tuple[str, ...]:
        return tuple(sorted({each.model for each in self._identities() if each.model}))

    def _identities(self) -> Sequence[Identity]:
        return [identity for path in self.commit.paths if (identity := parse_path(path))]


@dataclass(frozen=True, slots=True)
class EvidenceException:
    """Something out of the ordinary: of which kind, the commit of main or (`is_record`) of the ledger, and why.

    `at` is when that was, as the commit or the record says; empty where neither can be read.
    """

    kind: str
    commit: str
    at: str
    sentence: str
    is_record: bool = False


@dataclass(frozen=True, slots=True)
class PeriodWaiver:
    """A waiver, and whether it was in force when the period began and when it ended."""

    path: str
    body: Waiver
    at_start: bool
    at_end: bool


@dataclass(frozen=True, slots=True)
class QuarterReview:
    """A quarter and the sign-off of who can do what in it, with the time of its merge; None where main has none."""

    quarter: str
    review: AccessReview | None
    merged_at: str


@dataclass(frozen=True, slots=True)
class PeriodEmergency:
    """An emergency, the commit of the ledger that holds it, and what was recorded of its review."""

    record: str
    emergency: EmergencyPredicate
    reviews: tuple[EmergencyReviewPredicate, ...]


@dataclass(frozen=True, slots=True)
class FileDiff:
    """What a change made of a file: a patch, or (`withheld`) why there is none here."""

    path: str
    action: str
    before: str | None
    after: str | None
    patch: str
    withheld: str


@dataclass(frozen=True, slots=True)
class SampledChange:
    """A change of the sample, with its diff, the applies that answered it and the validations of what it pins."""

    change: PeriodChange
    diffs: tuple[FileDiff, ...]
    applies: tuple[RecordedApply, ...]
    validations: tuple[ValidationPredicate, ...]


@dataclass(frozen=True, slots=True)
class Sample:
    """The sampled changes, oldest first, and the seed that chose them."""

    seed: int
    size: int
    changes: tuple[SampledChange, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """Where an export was taken from; `query` is the git command that lists its population.

    `trust` are the roots that it was verified against; `is_trusted` is False where they were taken from the clone
    itself, which proves nothing.
    """

    repository: str
    main: str
    ledger: str
    ledger_tip: str
    query: str
    trust: TrustRoots
    is_trusted: bool


@dataclass(frozen=True, slots=True)
class EvidenceExport:
    """All that an export says; every list is in the order of its commits or records."""

    period: Period
    source: Source
    taken: datetime
    verification: Verification
    changes: tuple[PeriodChange, ...]
    applies: tuple[RecordedApply, ...]
    looks: tuple[RecordedControls, ...]
    registrations: Mapping[tuple[str, str], RegistrationPredicate]
    classifications: Mapping[str, Classification]
    exceptions: tuple[EvidenceException, ...]
    waivers: tuple[PeriodWaiver, ...]
    emergencies: tuple[PeriodEmergency, ...]
    incidents: tuple[RecordedIncident, ...]
    access_reviews: tuple[QuarterReview, ...]
    rules: Mapping[str, tuple[str, ...]]
    team: tuple[str, ...]
    sample: Sample
