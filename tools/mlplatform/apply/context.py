"""The providers that an apply works with."""

from collections.abc import Mapping
from dataclasses import dataclass

from mlplatform.core.lease import Lease
from mlplatform.providers.registry.interface import Registry
from mlplatform.providers.serving.interface import Serving


@dataclass(frozen=True, slots=True)
class ApplyContext:
    """The registry and server of one environment, the applied commit, who approved each model, and the lease.

    Nothing is changed without `lease`. `serving_lease` is needed to restore traffic; where no other machine reaches the
    servers it is one that cannot be lost.
    """

    registry: Registry
    serving: Serving
    commit: str
    approved_by: Mapping[str, tuple[str, ...]]
    lease: Lease
    serving_lease: Lease
