"""The providers that an apply works with."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from mlplatform.core.kinds.model import Signature
from mlplatform.core.lease import Lease
from mlplatform.providers.registry.interface import Registry
from mlplatform.providers.serving.interface import Array, Serving

ProbeRequests = Callable[[str, Signature], tuple[Sequence[Array], ...]]


def no_requests(model: str, signature: Signature) -> tuple[Sequence[Array], ...]:  # noqa: ARG001
    """Return none: the provider makes up the rows of a probe."""
    return ()


@dataclass(frozen=True, slots=True)
class ApplyContext:
    """The registry and server of one environment, the applied commit, who approved each model, and the lease.

    Nothing is changed without `lease`. `serving_lease` is needed to restore traffic; where no other machine reaches the
    servers it is one that cannot be lost. `probe_requests` gives what to probe a model with, by its signature.
    """

    registry: Registry
    serving: Serving
    commit: str
    approved_by: Mapping[str, tuple[str, ...]]
    lease: Lease
    serving_lease: Lease
    probe_requests: ProbeRequests = no_requests
