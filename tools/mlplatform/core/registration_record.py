"""Registration records: from which facts on the ledger the tags of each registered version were written."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mlplatform.core.records.changes import CopiedVersion, CopyChange
from mlplatform.core.records.deployment import DeploymentPredicate
from mlplatform.core.records.registration import RegistrationPredicate
from mlplatform.core.records.statement import Statement
from mlplatform.core.snapshot import tags_digest


@dataclass(frozen=True, slots=True)
class RegistrationRecord:
    """The tags of a version as an apply or a registration wrote them."""

    version: str
    digest: str
    run: str | None
    commit: str | None
    data: Mapping[str, str]
    metrics: Mapping[str, float]
    change: str | None
    approved_by: tuple[str, ...]

    def tags(self) -> str:
        """Return the digest over these tags."""
        return tags_digest(
            self.version,
            self.digest,
            self.run,
            self.commit,
            self.data,
            self.metrics,
            self.change,
            self.approved_by,
        )


RegistrationRecords = Mapping[tuple[str, str], tuple[RegistrationRecord, ...]]


def registration_records(oldest_first: Iterable[Statement], environment: str) -> RegistrationRecords:
    """Return all registration records of an environment by model and version, newest first."""
    records: dict[tuple[str, str], tuple[RegistrationRecord, ...]] = {}
    for statement in oldest_first:
        match statement.predicate:
            case RegistrationPredicate() as registered if registered.environment == environment:
                _add(records, registered.model, _record(registered, None, ()))
            case DeploymentPredicate() as apply if apply.environment == environment:
                for outcome in apply.outcomes:
                    if isinstance(outcome, CopyChange):
                        model = outcome.resource
                        approved_by = apply.approved_by(model)
                        _add(records, model, _record(outcome.after, apply.commit, approved_by))
    return records


def _record(
    registered: RegistrationPredicate | CopiedVersion, change: str | None, approved_by: tuple[str, ...]
) -> RegistrationRecord:
    return RegistrationRecord(
        registered.version,
        registered.digest,
        registered.run,
        registered.commit,
        registered.data,
        registered.metrics,
        change,
        approved_by,
    )


def _add(
    records: dict[tuple[str, str], tuple[RegistrationRecord, ...]], model: str, record: RegistrationRecord
) -> None:
    key = model, record.version
    records[key] = (record, *records.get(key, ()))
