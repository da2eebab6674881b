"""Registration records: from which facts on the ledger the tags of each registered version were written."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from mlplatform.core.approvals import approved_by
from mlplatform.core.plan import Action
from mlplatform.core.snapshot import tags_digest
from mlplatform.core.statement import DEPLOYMENT, REGISTRATION, Statement


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
        predicate = statement.predicate
        if predicate.get("environment") != environment:
            continue
        if statement.predicate_type == REGISTRATION:
            _add(records, predicate["model"], _record(predicate, None, ()))
        elif statement.predicate_type == DEPLOYMENT:
            for outcome in predicate["outcomes"]:
                after = outcome["after"]
                if outcome["action"] == Action.COPY.value and after:
                    model = outcome["resource"]
                    _add(records, model, _record(after, predicate["commit"], approved_by(predicate, model)))
    return records


def _record(
    values: Mapping[str, Any], change: str | None, approved_by: tuple[str, ...]
) -> RegistrationRecord:
    return RegistrationRecord(
        values["version"],
        values["digest"],
        values.get("run"),
        values.get("commit"),
        values.get("data") or {},
        values.get("metrics") or {},
        change,
        approved_by,
    )


def _add(
    records: dict[tuple[str, str], tuple[RegistrationRecord, ...]], model: str, record: RegistrationRecord
) -> None:
    key = model, record.version
    records[key] = (record, *records.get(key, ()))
