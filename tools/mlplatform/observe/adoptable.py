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
    changes: list[Adoptable] = []
    refused: list[str] = []
    for model, model_drifts in by_model.items():
        taken = _version(model_drifts)
        if len({drift.found for drift in taken}) > 1:
            message = " and ".join(drift.message for drift in taken)
            refused.append(f"{model}: {message}, so it is not clear what is to be declared")
            taken = []
        scaled = [
            drift
            for drift in model_drifts
            if drift.kind is DriftKind.CONFIGURATION and drift.found and drift.digest in running
        ]
        undeclarable = [
            drift for drift in model_drifts if drift.kind is DriftKind.CONFIGURATION and not drift.found
        ]
        if undeclarable:
            scaled = []  # it runs with something else besides, which would be lost
        follow = _following(model_drifts, taken)
        chosen = [*taken, *scaled, *follow]
        refused += [
            f"{model or drift.about}: {drift.message}" for drift in model_drifts if drift not in chosen
        ]
        if taken or scaled:
            version = taken[0].found if taken else None
            instances = int(scaled[0].found) if scaled else None
            changes.append(Adoptable(model, version, instances, (*taken, *scaled)))
    return tuple(changes), tuple(refused)


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
