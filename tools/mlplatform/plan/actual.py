"""What a plan is made against."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from mlplatform.core.champions import Champions
from mlplatform.core.drift import Drift
from mlplatform.core.hold import Holds
from mlplatform.core.registration_record import RegistrationRecords
from mlplatform.core.served_signature import Signatures
from mlplatform.core.snapshot import Snapshot
from mlplatform.providers.registry.interface import RegistryState
from mlplatform.providers.serving.interface import Observation


@dataclass(frozen=True, slots=True)
class DriftRevert:
    """What was changed by hand since the `last` snapshot, and how each version that is registered came to be."""

    drifts: tuple[Drift, ...]
    last: Snapshot
    origins: RegistrationRecords

    def of(self, model: str) -> tuple[Drift, ...]:
        return tuple(drift for drift in self.drifts if drift.model == model)


@dataclass(frozen=True, slots=True)
class Actual:
    """What one environment holds and serves, what the registries before it hold, nearest first, and what is on hold.

    `critical` has the models that must not go unconfirmed, among those that run and are declared no longer;
    `champions` the digests of every version that ever was champion here, the latest last. `redacted`: it is from a
    snapshot, and what was measured of a version is not known. `undo` has what is to be put back because it was changed
    by hand. `signatures` says as what each version that is not new is served; of the others their models' documents do.
    """

    registry: RegistryState
    serving: Observation
    earlier: Mapping[str, RegistryState]
    holds: Holds = field(default_factory=dict)
    critical: frozenset[str] = frozenset()
    champions: Champions = field(default_factory=dict)
    redacted: bool = False
    undo: DriftRevert | None = None
    signatures: Signatures = field(default_factory=dict)
