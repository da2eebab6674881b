"""Waiting until a server answers, and saying why it does not."""

import time

from mlplatform.core.errors import Refusal
from mlplatform.core.target import EnvironmentPaths
from mlplatform.local import processes
from mlplatform.local.logs import last_trouble
from mlplatform.local.processes import log_of
from mlplatform.providers.serving.interface import ServingError
from mlplatform.providers.serving.triton.http import Server

# Triton answers once it has loaded, or failed to load, every version that it held: 1 s each.
START_SECONDS = 180.0
RUNNING_SECONDS = 20.0
_PAUSE = 0.02


def await_ready(paths: EnvironmentPaths, name: str, server: Server, path: str, *, started_now: bool) -> None:
    """Return once the server answers `path` with 200; a Refusal, and the server ended if it was started now."""
    began = time.monotonic()
    seconds = START_SECONDS if started_now else RUNNING_SECONDS
    while not _answers(server, path):
        process = processes.running(paths, name)
        if process is None:
            raise _refusal(paths, name, f"{server.name} {'did not start' if started_now else 'has ended'}")
        if time.monotonic() - began > seconds:
            if started_now:
                processes.stop([process], seconds=5.0)
                raise _refusal(paths, name, f"{server.name} did not answer within {seconds:g} s")
            raise Refusal(
                f"{server} runs (process {process.pid}) and does not answer",
                where=_log(paths, name),
                fix="run `platform down`, then `platform up`",
            )
        time.sleep(_PAUSE)


def _answers(server: Server, path: str) -> bool:
    try:
        return server.ask("GET", path, seconds=2.0).status == 200
    except ServingError:
        return False


def _refusal(paths: EnvironmentPaths, name: str, what: str) -> Refusal:
    trouble = last_trouble(log_of(paths, name)) or "its log says nothing"
    return Refusal(
        f"{what}: {trouble}", where=_log(paths, name), fix="read the log; then run `platform up` again"
    )


def _log(paths: EnvironmentPaths, name: str) -> str:
    return str(log_of(paths, name).relative_to(paths.folder.parents[1]))
