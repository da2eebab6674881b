"""The providers that an apply works with."""

from dataclasses import dataclass

from mlplatform.core.lease import Lease
from mlplatform.providers.registry.interface import Registry
from mlplatform.providers.serving.interface import Serving


@dataclass(frozen=True, slots=True)
class ApplyContext:
    """The registry and serving provider of one environment, the commit they are made to match, who approved it, and
    the lease without which nothing is touched.

    `serving_lease` is what it takes to put traffic back: less, where no other machine reaches the servers.
    """

    registry: Registry
    serving: Serving
    commit: str
    approved_by: tuple[str, ...]
    lease: Lease
    serving_lease: Lease
