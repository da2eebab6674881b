"""The ports that the servers of one local environment listen on, as `ports.json` keeps them."""

import json
from dataclasses import asdict, dataclass

from mlplatform.core.target import EnvironmentPaths

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Ports:
    """A port for each thing that listens: Triton's requests, Triton's metrics, the gateway."""

    triton: int
    metrics: int
    gateway: int

    @property
    def upstream(self) -> str:
        """Triton, as the gateway is told of it."""
        return f"{HOST}:{self.triton}"

    def as_json(self) -> str:
        return json.dumps({"schema": "ports/v1", **asdict(self)}) + "\n"


def read_ports(paths: EnvironmentPaths) -> Ports | None:
    """The ports of an environment, None before its first start; ValueError says why the file is none."""
    try:
        said = json.loads(paths.ports.read_text())
    except FileNotFoundError:
        return None
    if not isinstance(said, dict) or said.pop("schema", None) != "ports/v1":
        raise ValueError("its schema is not ports/v1")
    if set(said) != {"triton", "metrics", "gateway"} or not all(map(_is_port, said.values())):
        raise ValueError("it does not give the ports triton, metrics and gateway")
    return Ports(**said)


def _is_port(value: object) -> bool:
    return type(value) is int and 0 < value < 65536
