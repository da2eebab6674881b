"""Decides which drift a document could declare, and which it could not. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mlplatform.core.drift import Drift, DriftKind


@dataclass(frozen=True, slots=True)
class Adoptable:
    """What a model's document would have to say: the version and the number of instances; None: as it is."""

    model: str
    version: str | None
    instances: int | None
    drifts: tuple[Drift, ...]


def adoptable(
    drifts: Iterable[Drift], running: frozenset[str]
) -> tuple[tuple[Adoptable, ...], tuple[str, ...]]:
    """Return what can be declared, and a sentence for each difference that cannot.

    `running` has the digests that answer requests.
    """
    by_model: dict[str, list[Drift]] = {}
    for drift in drifts:
        by_model.setdefault(drift.model, []).append(drift)
    changes: list[Adoptable] = []
    refused: list[str] = []
    for model, model_drifts in by_model.items():
        repinned = _repinned_drifts(model_drifts)
        if len({drift.actual for drift in repinned}) > 1:
            message = " and ".join(drift.message for drift in repinned)
            refused.append(f"{model}: {message}, so it is not clear what is to be declared")
            repinned = []
        scaled = [
            drift
            for drift in model_drifts
            if drift.kind is DriftKind.CONFIGURATION and drift.actual and drift.digest in running
        ]
        undeclarable = [
            drift for drift in model_drifts if drift.kind is DriftKind.CONFIGURATION and not drift.actual
        ]
        if undeclarable:
            scaled = []  # it runs with something else besides, which would be lost
        follow = _accompanying_drifts(model_drifts, repinned)
        chosen = [*repinned, *scaled, *follow]
        refused += [
            f"{model or drift.about}: {drift.message}" for drift in model_drifts if drift not in chosen
        ]
        if repinned or scaled:
            version = repinned[0].actual if repinned else None
            instances = int(scaled[0].actual) if scaled else None
            changes.append(Adoptable(model, version, instances, (*repinned, *scaled)))
    return tuple(changes), tuple(refused)


def _repinned_drifts(drifts: Sequence[Drift]) -> list[Drift]:
    """Return the drift by which the champion or the route is another registered version now."""
    return [
        drift
        for drift in drifts
        if drift.actual
        and ((drift.kind is DriftKind.ALIAS and drift.about == "champion") or drift.kind is DriftKind.ROUTE)
    ]


def _accompanying_drifts(drifts: Sequence[Drift], repinned: Sequence[Drift]) -> list[Drift]:
    """Return the drift that comes with another version: the other alias, and that it was loaded."""
    digests = {drift.digest for drift in repinned}
    return [
        drift
        for drift in drifts
        if (repinned and drift.kind is DriftKind.ALIAS and drift.about == "previous")
        or (drift.kind is DriftKind.LOADED and drift.digest in digests)
    ]
