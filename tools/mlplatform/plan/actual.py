"""What a plan is made against."""

from collections.abc import Mapping
from dataclasses import dataclass

from mlplatform.providers.registry.interface import RegistryState
from mlplatform.providers.serving.interface import Observation


@dataclass(frozen=True, slots=True)
class Actual:
    """What one environment holds and serves, and what the registries before it hold, nearest first."""

    registry: RegistryState
    serving: Observation
    earlier: Mapping[str, RegistryState]
