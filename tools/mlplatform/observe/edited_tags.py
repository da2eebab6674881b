"""Finds the tags of registered versions that were edited, where a record says what they were. Pure."""

from collections.abc import Mapping
from typing import Any

from mlplatform.core.registration_record import RegistrationRecord, RegistrationRecords
from mlplatform.core.snapshot import Snapshot
from mlplatform.providers.registry.interface import RegisteredVersion, RegistryState

EditedTags = Mapping[tuple[str, str], tuple[str, ...]]  # by model and version


def edited_tags(last: Snapshot, now: RegistryState, registrations: RegistrationRecords) -> EditedTags:
    """Return the names of the tags that changed since the last apply, by model and version."""
    edited: dict[tuple[str, str], tuple[str, ...]] = {}
    for model, versions in last.versions.items():
        for version, entry in versions.items():
            registered = now.find(model, version)
            origin = next(
                (record for record in registrations.get((model, version), ()) if record.tags() == entry.tags),
                None,
            )
            if registered and origin and registered.tags() != entry.tags:
                edited[model, version] = _names(origin, registered)
    return edited


def _names(origin: RegistrationRecord, registered: RegisteredVersion) -> tuple[str, ...]:
    lineage = registered.lineage
    before = _tags(origin.run, origin.commit, origin.change, origin.approved_by, origin.data, origin.metrics)
    after = _tags(
        lineage.run, lineage.commit, registered.change, registered.approved_by, lineage.data, lineage.metrics
    )
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
