"""What a plan is made against."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from mlplatform.core.hold import Holds
from mlplatform.providers.registry.interface import RegistryState
from mlplatform.providers.serving.interface import Observation


@dataclass(frozen=True, slots=True)
class Actual:
    """What one environment holds and serves, what the registries before it hold, nearest first, and what is on hold.

    `critical` has the models that must not go unconfirmed, among those that run and are declared no longer.
    """

    registry: RegistryState
    serving: Observation
    earlier: Mapping[str, RegistryState]
    holds: Holds = field(default_factory=dict)
    critical: frozenset[str] = frozenset()
