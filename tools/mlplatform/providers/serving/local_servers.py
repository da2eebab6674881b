"""The servers that a provider runs on this machine: what `local/` starts, waits for and ends without knowing them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from mlplatform.core.target import EnvironmentPaths
from mlplatform.providers.serving.ports import Ports


@dataclass(frozen=True, slots=True)
class LogFormat:
    """How a server writes its log."""

    entry: re.Pattern[str]  # the beginning of an entry; lines without it continue the one before
    error: re.Pattern[str]  # in a line that tells of an error
    usual: Sequence[str] = ()  # in error lines of every start, which tell of none


@dataclass(frozen=True, slots=True)
class Launch:
    """How to start a server: its command, all of its environment variables, and which versions it leaves out, why."""

    command: Sequence[str]
    environment: Mapping[str, str]
    left_out: Mapping[str, str] = field(default_factory=dict)


class LocalServer(Protocol):
    """One server of an environment. Its name is the one of its process and of its log."""

    name: str
    ports: Mapping[
        str, str
    ]  # the name of each port it listens on, to what a person calls it; requests go to the first
    stop_seconds: float  # how long it may take to end when asked to
    log_format: LogFormat

    def title(self, paths: EnvironmentPaths) -> str:
        """The server as people know it, as in `Triton of production`."""
        ...

    def require_startable(self, paths: EnvironmentPaths) -> None:
        """Refusal when it could not be started here; nothing is changed."""
        ...

    def prepare(self, paths: EnvironmentPaths, ports: Ports) -> None:
        """Write what it begins with, once its ports are free and before any server is started."""
        ...

    def launch(self, paths: EnvironmentPaths, ports: Ports) -> Launch:
        """Make ready what it runs with, and return how to start it."""
        ...

    def is_ready(self, paths: EnvironmentPaths, ports: Ports) -> bool:
        """True when it answers now."""
        ...

    def clean_up(self, paths: EnvironmentPaths) -> None:
        """Remove what a server that has ended, or was killed, left outside `.platform/`."""
        ...


class LocalServers(Protocol):
    """All servers of an environment, in the order in which they start; they end in the opposite order."""

    servers: Sequence[LocalServer]

    def repair(self, paths: EnvironmentPaths, ports: Ports) -> bool:
        """Repair what the servers follow, once all of them answer; True when something had to be."""
        ...

    def name_in_logs(self, model: str) -> re.Pattern[str]:
        """The pattern of `tenant/model` in a line of a log."""
        ...
