"""The ports that the servers of one local environment listen on, as `ports.json` keeps them."""

import json
from collections.abc import Collection, Mapping

from mlplatform.core.target import EnvironmentPaths

HOST = "127.0.0.1"
_SCHEMA = "ports/v1"

Ports = Mapping[str, int]  # by the names that the provider gives them


def read_ports(paths: EnvironmentPaths, names: Collection[str]) -> Ports | None:
    """The ports of an environment, None before its first start; ValueError where the file does not give them."""
    try:
        ports = json.loads(paths.ports.read_text())
    except FileNotFoundError:
        return None
    if not isinstance(ports, dict) or ports.pop("schema", None) != _SCHEMA:
        raise ValueError(f"its schema is not {_SCHEMA}")
    if set(ports) != set(names) or not all(map(_is_port, ports.values())):
        raise ValueError(f"it does not give the ports {', '.join(names)}")
    return ports


def write_ports(paths: EnvironmentPaths, ports: Ports) -> None:
    """Keep the ports of an environment; a reader sees the file before or after, never half of it."""
    paths.folder.mkdir(parents=True, exist_ok=True)
    new = paths.ports.with_suffix(".new")
    new.write_text(json.dumps({"schema": _SCHEMA, **ports}) + "\n")
    new.replace(paths.ports)


def _is_port(value: object) -> bool:
    return type(value) is int and 0 < value < 65536
