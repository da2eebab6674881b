"""What a plan is made against: the actual state of an environment."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from mlplatform.core.champions import Champions, RecordedAliases
from mlplatform.core.drift import Drift
from mlplatform.core.hold import Holds
from mlplatform.core.ran import RanByEnvironment
from mlplatform.core.registration_record import RegistrationRecords
from mlplatform.core.served_signature import Signatures
from mlplatform.core.snapshot import Snapshot
from mlplatform.providers.registry.interface import RegistryState
from mlplatform.providers.serving.interface import Observation


@dataclass(frozen=True, slots=True)
class DriftRevert:
    """The changes by hand since the `last` snapshot, and the records of how each version was registered."""

    drifts: tuple[Drift, ...]
    last: Snapshot
    registrations: RegistrationRecords

    def of(self, model: str) -> tuple[Drift, ...]:
        return tuple(drift for drift in self.drifts if drift.model == model)


@dataclass(frozen=True, slots=True)
class Actual:
    """The registry, server and holds of one environment, and the registries before it, nearest first.

    `critical`: the models that run, are not declared any more and may be removed only when confirmed. `champions`: the
    digests of every version that ever was champion here, the latest last; `recorded_aliases`: what an apply left them
    at. `ran`: what ran in the environments before it, by their name; nothing ran in one that is not among them.
    `brought_up_with`: the models and digests that this one was brought up with, which need not have run on these
    targets. `redacted`: the state is from a snapshot, so that metrics are not known. `drift_revert`: the changes by
    hand that the plan is to undo. `signatures`: what versions are served with; a version that is not among them is
    served with the signature of its model's document.
    """

    registry: RegistryState
    serving: Observation
    earlier: Mapping[str, RegistryState]
    holds: Holds = field(default_factory=dict)
    critical: frozenset[str] = frozenset()
    champions: Champions = field(default_factory=dict)
    ran: RanByEnvironment = field(default_factory=dict)
    brought_up_with: frozenset[tuple[str, str]] = frozenset()
    recorded_aliases: RecordedAliases = field(default_factory=dict)
    redacted: bool = False
    drift_revert: DriftRevert | None = None
    signatures: Signatures = field(default_factory=dict)
