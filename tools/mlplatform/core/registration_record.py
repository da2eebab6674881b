"""What the ledger says of how each registered version came to be: what its tags were made from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from mlplatform.core.plan import Action
from mlplatform.core.snapshot import tags_digest
from mlplatform.core.statement import DEPLOYMENT, REGISTRATION, Statement


@dataclass(frozen=True, slots=True)
class RegistrationRecord:
    """All that the tags of a version said when an apply or a registration wrote them."""

    version: str
    digest: str
    run: str | None
    commit: str | None
    data: Mapping[str, str]
    metrics: Mapping[str, float]
    change: str | None
    approved_by: tuple[str, ...]

    def tags(self) -> str:
        """The digest over them."""
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
    """By model and version: every origin on record in an environment, newest first."""
    found: dict[tuple[str, str], tuple[RegistrationRecord, ...]] = {}
    for statement in oldest_first:
        said = statement.predicate
        if said.get("environment") != environment:
            continue
        if statement.predicate_type == REGISTRATION:
            _remember(found, said["model"], _origin(said, None, ()))
        elif statement.predicate_type == DEPLOYMENT:
            for outcome in said["outcomes"]:
                after = outcome["after"]
                if outcome["action"] == Action.COPY.value and after:
                    brought = _origin(after, said["commit"], tuple(said.get("approvedBy", ())))
                    _remember(found, outcome["resource"], brought)
    return found


def _origin(said: Mapping[str, Any], change: str | None, approved_by: tuple[str, ...]) -> RegistrationRecord:
    return RegistrationRecord(
        said["version"],
        said["digest"],
        said.get("run"),
        said.get("commit"),
        said.get("data") or {},
        said.get("metrics") or {},
        change,
        approved_by,
    )


def _remember(
    found: dict[tuple[str, str], tuple[RegistrationRecord, ...]], model: str, origin: RegistrationRecord
) -> None:
    key = model, origin.version
    found[key] = (origin, *found.get(key, ()))
