"""Which drift a document could declare, and which it could not. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mlplatform.core.drift import Drift, DriftKind


@dataclass(frozen=True, slots=True)
class Adoptable:
    """What a model's document would have to say: a version (none: as it is), a number of instances (none: as it is)."""

    model: str
    version: str | None
    instances: int | None
    drifts: tuple[Drift, ...]


def adoptable(
    drifts: Iterable[Drift], running: frozenset[str]
) -> tuple[tuple[Adoptable, ...], tuple[str, ...]]:
    """What can be declared, and a sentence for each difference that cannot; `running`: digests that answer requests."""
    by_model: dict[str, list[Drift]] = {}
    for drift in drifts:
        by_model.setdefault(drift.model, []).append(drift)
    found: list[Adoptable] = []
    refused: list[str] = []
    for model, those in by_model.items():
        taken = _version(those)
        if len({drift.found for drift in taken}) > 1:
            said = " and ".join(drift.message for drift in taken)
            refused.append(f"{model}: {said}, so it is not clear what is to be declared")
            taken = []
        scaled = [
            one
            for one in those
            if one.kind is DriftKind.CONFIGURATION and one.found and one.digest in running
        ]
        other = [one for one in those if one.kind is DriftKind.CONFIGURATION and not one.found]
        if other:
            scaled = []  # it runs with something else besides, which would be lost
        follow = _following(those, taken)
        chosen = [*taken, *scaled, *follow]
        refused += [f"{model or drift.about}: {drift.message}" for drift in those if drift not in chosen]
        if taken or scaled:
            version = taken[0].found if taken else None
            instances = int(scaled[0].found) if scaled else None
            found.append(Adoptable(model, version, instances, (*taken, *scaled)))
    return tuple(found), tuple(refused)


def _version(drifts: Sequence[Drift]) -> list[Drift]:
    """A champion or a route that is another registered version now."""
    return [
        drift
        for drift in drifts
        if drift.found
        and ((drift.kind is DriftKind.ALIAS and drift.about == "champion") or drift.kind is DriftKind.ROUTE)
    ]


def _following(drifts: Sequence[Drift], taken: Sequence[Drift]) -> list[Drift]:
    """What comes with another version: the other alias, and that it was loaded."""
    digests = {drift.digest for drift in taken}
    return [
        drift
        for drift in drifts
        if (taken and drift.kind is DriftKind.ALIAS and drift.about == "previous")
        or (drift.kind is DriftKind.LOADED and drift.digest in digests)
    ]
