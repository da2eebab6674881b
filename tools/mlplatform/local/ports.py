"""The ports of an environment: free ones chosen at its first start, and the same ever after."""

import json
import random
import socket
import time
from collections.abc import Collection
from pathlib import Path

from mlplatform.core.errors import Refusal
from mlplatform.core.target import EnvironmentPaths, LocalTarget
from mlplatform.local.listeners import listener
from mlplatform.providers.serving.local_servers import LocalServer, LocalServers
from mlplatform.providers.serving.ports import HOST, Ports, read_ports, write_ports

ENDING_SECONDS = 5.0
# Below the range that outgoing connections take theirs from, which could hold one while a server is down.
CHOICE = range(20_000, 32_000)


def port_names(stack: LocalServers) -> tuple[str, ...]:
    """The names of all ports of an environment's servers."""
    return tuple(name for server in stack.servers for name in server.ports)


def kept_ports(paths: EnvironmentPaths, names: Collection[str]) -> Ports | None:
    """The ports that an environment has, None before its first start; Refusal where the file does not give them."""
    try:
        return read_ports(paths, names)
    except ValueError as error:
        raise Refusal(
            f"the ports of {paths.folder.name} cannot be read: {error}",
            where=_ports_file(paths),
            fix="run `platform down`, remove the file and run `platform up`, which chooses ports anew",
        ) from None


def choose(target: LocalTarget, environment: str, names: Collection[str]) -> Ports:
    """The environment's ports; chosen and kept now if it has none."""
    paths = target.environment(environment)
    if kept := kept_ports(paths, names):
        return kept
    taken = _kept_by_others(target)
    free = [
        port for port in random.sample(CHOICE, min(len(CHOICE), 200)) if port not in taken and is_free(port)
    ]
    if len(free) < len(names):
        raise Refusal(
            f"there are no {len(names)} free ports from {CHOICE.start} on",
            fix="stop some of the programs that listen there",
        )
    ports = dict(zip(names, free, strict=False))
    write_ports(paths, ports)
    return ports


def is_free(port: int) -> bool:
    """True when a server could listen on the port of the loopback address now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the servers do
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def require_free(paths: EnvironmentPaths, ports: Ports, server: LocalServer) -> None:
    """Refusal naming the first port of a server that another program has."""
    for name, title in server.ports.items():
        port = ports[name]
        if not _comes_free(port):
            owner = listener(port) or "a program of another user or a connection that has not ended"
            raise Refusal(
                f"port {port}, kept for {title} of {paths.folder.name}, is taken by {owner}",
                fix=f"stop that program; or run `platform down`, remove {_ports_file(paths)} and run `platform up`,"
                " which chooses other ports",
            )


def _comes_free(port: int) -> bool:
    """True when a server could listen there, at once or as soon as one that was killed has wholly ended."""
    until = time.monotonic() + ENDING_SECONDS
    while not is_free(port):
        if listener(port) or time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def _kept_by_others(target: LocalTarget) -> set[int]:
    """Ports of the target's other environments, whether or not their servers run."""
    kept: set[int] = set()
    for file in target.folder.glob("*/ports.json"):
        try:
            kept.update(port for port in json.loads(file.read_text()).values() if isinstance(port, int))
        except (OSError, ValueError, AttributeError):
            continue
    return kept


def _ports_file(paths: EnvironmentPaths) -> str:
    return str(paths.ports.relative_to(Path(*paths.folder.parts[:-2])))
