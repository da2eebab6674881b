"""The ports of Triton and the gateway in one local environment."""

from dataclasses import dataclass

from mlplatform.core.target import EnvironmentPaths
from mlplatform.providers.serving import ports as kept
from mlplatform.providers.serving.ports import HOST

NAMES = ("triton", "metrics", "gateway")


@dataclass(frozen=True, slots=True)
class TritonPorts:
    """A port for each thing that listens: Triton's requests, Triton's metrics, the gateway."""

    triton: int
    metrics: int
    gateway: int

    @property
    def upstream(self) -> str:
        """Triton's address, as the gateway gets it."""
        return f"{HOST}:{self.triton}"


def read_triton_ports(paths: EnvironmentPaths) -> TritonPorts | None:
    """The ports of an environment, None before its first start; ValueError where the file does not give them."""
    ports = kept.read_ports(paths, NAMES)
    return None if ports is None else TritonPorts(**ports)
