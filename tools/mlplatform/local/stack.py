"""The servers of each environment: started together, kept while they run, brought back after a crash."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

from mlplatform.core.errors import Refusal
from mlplatform.core.target import EnvironmentPaths, LocalTarget
from mlplatform.local import processes
from mlplatform.local.lease import lease
from mlplatform.local.ports import choose, kept_ports, port_names, require_free
from mlplatform.local.readiness import await_ready
from mlplatform.providers.serving import LOCAL_DEFAULT, all_local_servers, local_servers
from mlplatform.providers.serving.local_servers import LocalServer, LocalServers
from mlplatform.providers.serving.ports import Ports


@dataclass(frozen=True, slots=True)
class Started:
    """The servers that were started, and why which versions were left out: their bytes are not right."""

    environment: str
    servers: tuple[str, ...]
    left_out: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AlreadyRunning:
    """Everything runs and answers: nothing was done."""

    environment: str


@dataclass(frozen=True, slots=True)
class _Start:
    """The servers of an environment that do not run, with the ports of all of them."""

    paths: EnvironmentPaths
    stack: LocalServers
    missing: tuple[LocalServer, ...]
    ports: Ports


def start(target: LocalTarget, environment: str) -> Started | AlreadyRunning:
    """Have one environment's servers running and answering."""
    return start_all(target, [environment])[environment]


def start_all(
    target: LocalTarget, environments: Sequence[str], provider: str = LOCAL_DEFAULT
) -> Mapping[str, Started | AlreadyRunning]:
    """Have the servers of these environments running and answering; a Refusal names the first that cannot.

    `provider` is the serving provider of all of them. Whatever would keep a server from starting is looked for in all
    environments before any is started.
    """
    target = LocalTarget(target.root.resolve())
    stack = _stack_of(provider)
    with ExitStack() as leases:
        for name in environments:
            leases.enter_context(lease(target.environment(name)))
        missing = {name: _missing(target.environment(name), stack) for name in environments}
        for name, servers in missing.items():
            for server in servers:
                server.require_startable(target.environment(name))
        starts = [_prepare(target, name, stack, missing[name]) for name in environments]
        left_out = [_launch(start) for start in starts]
        return {
            name: _await(start, reasons)
            for name, start, reasons in zip(environments, starts, left_out, strict=True)
        }


def stop(target: LocalTarget, environment: str) -> tuple[str, ...]:
    """End one environment's servers."""
    return stop_all(target, [environment])[environment]


def stop_all(target: LocalTarget, environments: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
    """End the servers of these environments and clean up after them; the names of those that were running."""
    target = LocalTarget(target.root.resolve())
    all_paths = [target.environment(name) for name in environments]
    with ExitStack() as leases:
        for paths in all_paths:
            if paths.folder.is_dir():
                leases.enter_context(lease(paths))
        running = {paths.folder.name: tuple(state(paths)) for paths in all_paths}
        for server in reversed(_all_servers()):
            recorded = [processes.find(paths, server.name) for paths in all_paths]
            processes.stop([process for process in recorded if process], server.stop_seconds)
        for server in _all_servers():
            for paths in all_paths:
                server.clean_up(paths)
    return running


def started_environments(target: LocalTarget) -> tuple[str, ...]:
    """Every environment that servers were ever started for, whether or not a document still declares it."""
    return tuple(sorted(folder.parent.name for folder in target.folder.glob("*/processes")))


def state(paths: EnvironmentPaths) -> Mapping[str, int]:
    """The servers that run, with their process numbers."""
    running = {server.name: processes.running(paths, server.name) for server in _all_servers()}
    return {name: process.pid for name, process in running.items() if process}


def _stack_of(provider: str) -> LocalServers:
    stack = local_servers(provider)
    if stack is None:
        raise Refusal(
            f"{provider} has no servers on this machine", fix="name an environment that is served here"
        )
    return stack


def _all_servers() -> list[LocalServer]:
    """Whatever may have been started: which provider an environment had is not known once its document is gone."""
    return [server for stack in all_local_servers() for server in stack.servers]


def _missing(paths: EnvironmentPaths, stack: LocalServers) -> tuple[LocalServer, ...]:
    running = state(paths)
    return tuple(server for server in stack.servers if server.name not in running)


def _prepare(
    target: LocalTarget, environment: str, stack: LocalServers, missing: tuple[LocalServer, ...]
) -> _Start:
    """End what crashed servers left, have ports that are free, and write what the missing servers begin with."""
    paths, names = target.environment(environment), port_names(stack)
    if len(missing) < len(stack.servers) and kept_ports(paths, names) is None:
        raise Refusal(
            f"the servers of {environment} run, but the file that gives their ports is gone",
            fix="run `platform down`, then `platform up`",
        )
    for server in missing:
        if ended := processes.find(paths, server.name):
            processes.end_children(ended)
    ports = choose(target, environment, names)
    for server in missing:
        require_free(paths, ports, server)
    for server in missing:
        server.prepare(paths, ports)
    return _Start(paths, stack, missing, ports)


def _launch(start: _Start) -> Mapping[str, str]:
    """Start the missing servers; why which versions were left out."""
    left_out: dict[str, str] = {}
    for server in start.missing:
        launch = server.launch(start.paths, start.ports)
        left_out |= launch.left_out
        processes.start(start.paths, server.name, launch.command, launch.environment)
    return left_out


def _await(start: _Start, left_out: Mapping[str, str]) -> Started | AlreadyRunning:
    """Return once all servers answer and what they follow is in order."""
    for server in start.stack.servers:
        await_ready(start.paths, server, start.ports, started_now=server in start.missing)
    repaired = start.stack.repair(start.paths, start.ports)
    environment = start.paths.folder.name
    if not start.missing and not repaired:
        return AlreadyRunning(environment)
    return Started(environment, tuple(server.name for server in start.missing), left_out)
