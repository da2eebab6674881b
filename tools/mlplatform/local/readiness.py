"""Wait until a server answers, and say why it does not."""

import time

from mlplatform.core.errors import Refusal
from mlplatform.core.target import EnvironmentPaths
from mlplatform.local import processes
from mlplatform.local.logs import last_error
from mlplatform.local.processes import log_of
from mlplatform.providers.serving.local_servers import LocalServer
from mlplatform.providers.serving.ports import HOST, Ports

# Triton answers once it has loaded, or failed to load, every version that it held: 1 s each.
START_SECONDS = 180.0
RUNNING_SECONDS = 20.0
_PAUSE = 0.02


def await_ready(paths: EnvironmentPaths, server: LocalServer, ports: Ports, *, started_now: bool) -> None:
    """Return once the server answers; otherwise a Refusal, and the server is ended if it was started now."""
    began, title = time.monotonic(), server.title(paths)
    seconds = START_SECONDS if started_now else RUNNING_SECONDS
    while not server.is_ready(paths, ports):
        process = processes.running(paths, server.name)
        if process is None:
            raise _refusal(paths, server, f"{title} {'did not start' if started_now else 'has ended'}")
        if time.monotonic() - began > seconds:
            if started_now:
                processes.stop([process], seconds=5.0)
                raise _refusal(paths, server, f"{title} did not answer within {seconds:g} s")
            port = ports[next(iter(server.ports))]
            raise Refusal(
                f"{title} at {HOST}:{port} runs (process {process.pid}) and does not answer",
                where=_log(paths, server),
                fix="run `platform down`, then `platform up`",
            )
        time.sleep(_PAUSE)


def _refusal(paths: EnvironmentPaths, server: LocalServer, problem: str) -> Refusal:
    cause = last_error(log_of(paths, server.name), server.log_format) or "its log says nothing"
    return Refusal(
        f"{problem}: {cause}", where=_log(paths, server), fix="read the log; then run `platform up` again"
    )


def _log(paths: EnvironmentPaths, server: LocalServer) -> str:
    return str(log_of(paths, server.name).relative_to(paths.folder.parents[1]))
