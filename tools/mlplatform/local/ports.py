"""The ports of an environment: free ones chosen at its first start, and the same ever after."""

import json
import random
import socket
import time
from pathlib import Path

from mlplatform.core.errors import Refusal
from mlplatform.core.target import EnvironmentPaths, LocalTarget
from mlplatform.local.listeners import listener
from mlplatform.providers.serving.triton.ports import HOST, Ports, read_ports

ENDING_SECONDS = 5.0
# Below the range that outgoing connections take theirs from, which could hold one while a server is down.
CHOICE = range(20_000, 32_000)
_WHOSE = {"triton": "Triton", "metrics": "Triton's metrics", "gateway": "the gateway"}


def ports_of(paths: EnvironmentPaths) -> Ports | None:
    """The ports that an environment has, None before its first start."""
    try:
        return read_ports(paths)
    except ValueError as error:
        raise Refusal(
            f"the ports of {paths.folder.name} cannot be read: {error}",
            where=_shown(paths),
            fix="run `platform down`, remove the file and run `platform up`, which chooses ports anew",
        ) from None


def choose(target: LocalTarget, environment: str) -> Ports:
    """The environment's ports; chosen and kept now if it has none."""
    paths = target.environment(environment)
    if found := ports_of(paths):
        return found
    taken = _kept_by_others(target)
    free = [
        port for port in random.sample(CHOICE, min(len(CHOICE), 200)) if port not in taken and is_free(port)
    ]
    if len(free) < 3:
        raise Refusal(
            f"no three free ports were found from {CHOICE.start} on", fix="stop some of what listens there"
        )
    ports = Ports(*free[:3])
    paths.folder.mkdir(parents=True, exist_ok=True)
    new = paths.ports.with_suffix(".new")
    new.write_text(ports.as_json())
    new.replace(paths.ports)
    return ports


def is_free(port: int) -> bool:
    """Whether a server could listen on the port of the loopback address now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the servers do
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def require_free(paths: EnvironmentPaths, ports: Ports, *names: str) -> None:
    """Refusal naming the first of these ports that somebody else has."""
    for name in names:
        port = getattr(ports, name)
        if not _comes_free(port):
            whose = listener(port) or "a program of another user or a connection that has not ended"
            raise Refusal(
                f"port {port}, kept for {_WHOSE[name]} of {paths.folder.name}, is taken by {whose}",
                fix=f"stop that program; or run `platform down`, remove {_shown(paths)} and run `platform up`,"
                " which chooses other ports",
            )


def _comes_free(port: int) -> bool:
    """Whether a server could listen there, at once or as soon as one that was killed has wholly ended."""
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


def _shown(paths: EnvironmentPaths) -> str:
    return str(paths.ports.relative_to(Path(*paths.folder.parts[:-2])))
