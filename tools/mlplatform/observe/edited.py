"""Which tags of a registered version were edited: their names, where a record says what they were. Pure."""

from collections.abc import Mapping
from typing import Any

from mlplatform.core.registration_record import RegistrationRecord, RegistrationRecords
from mlplatform.core.snapshot import Snapshot
from mlplatform.providers.registry.interface import RegisteredVersion, RegistryState

Edited = Mapping[tuple[str, str], tuple[str, ...]]  # by model and version


def edited_tags(last: Snapshot, now: RegistryState, known: RegistrationRecords) -> Edited:
    """The tags that are not as they were after the last apply, by name."""
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for model, versions in last.versions.items():
        for version, kept in versions.items():
            held = now.find(model, version)
            was = next((one for one in known.get((model, version), ()) if one.tags() == kept.tags), None)
            if held and was and held.tags() != kept.tags:
                found[model, version] = _names(was, held)
    return found


def _names(was: RegistrationRecord, now: RegisteredVersion) -> tuple[str, ...]:
    made = now.lineage
    before = _tags(was.run, was.commit, was.change, was.approved_by, was.data, was.metrics)
    after = _tags(made.run, made.commit, now.change, now.approved_by, made.data, made.metrics)
    return tuple(sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name)))


def _tags(
    run: str | None,
    commit: str | None,
    change: str | None,
    approved_by: tuple[str, ...],
    data: Mapping[str, str],
    metrics: Mapping[str, float],
) -> dict[str, Any]:
    plain = {"run": run, "commit": commit, "change": change, "approved_by": approved_by}
    named = {f"data.{name}": digest for name, digest in data.items()}
    return {**plain, **named, **{f"metric.{name}": value for name, value in metrics.items()}}
