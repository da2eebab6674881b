"""Triton and the gateway of each environment: started together, kept while they run, brought back after a crash."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace

from mlplatform.core.errors import Refusal
from mlplatform.core.target import EnvironmentPaths, LocalTarget
from mlplatform.local import processes, programs
from mlplatform.local.lease import lease
from mlplatform.local.ports import choose, ports_of, require_free
from mlplatform.local.readiness import await_ready
from mlplatform.providers.serving.triton import folder, routes
from mlplatform.providers.serving.triton.control import Control
from mlplatform.providers.serving.triton.gateway import Gateway
from mlplatform.providers.serving.triton.ports import Ports

TRITON, GATEWAY = "triton", "gateway"
# The gateway ends first, and by itself, once it has answered what it was asked (30 s at most).
STOP_SECONDS = {GATEWAY: 35.0, TRITON: 25.0}


@dataclass(frozen=True, slots=True)
class Started:
    """Which servers were started, and which versions were left out because their bytes are not right: name to why."""

    environment: str
    servers: tuple[str, ...]
    left_out: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AlreadyRunning:
    """Everything runs and answers: nothing was done."""

    environment: str


def start(target: LocalTarget, environment: str) -> Started | AlreadyRunning:
    """Have one environment's servers running and answering."""
    return start_all(target, [environment])[environment]


def start_all(target: LocalTarget, environments: Sequence[str]) -> Mapping[str, Started | AlreadyRunning]:
    """Have the servers of these environments running and answering; a Refusal names the first that cannot.

    What would keep one from starting is looked for in all of them before any is started.
    """
    target = LocalTarget(target.root.resolve())
    with ExitStack() as leases:
        for name in environments:
            leases.enter_context(lease(target.environment(name)))
        missing = {name: _missing(target.environment(name)) for name in environments}
        found = programs.find() if any(missing.values()) else None
        ports = {name: _ready_to_start(target, name, missing[name]) for name in environments}
        left_out = {
            name: _launch(target.environment(name), found, ports[name], missing[name])
            for name in environments
            if found and missing[name]
        }
        done: dict[str, Started | AlreadyRunning] = {}
        for name in environments:
            mended = _await(target.environment(name), ports[name], missing[name])
            changed = missing[name] or mended
            done[name] = (
                Started(name, missing[name], left_out.get(name, {})) if changed else AlreadyRunning(name)
            )
    return done


def stop(target: LocalTarget, environment: str) -> tuple[str, ...]:
    """End one environment's servers."""
    return stop_all(target, [environment])[environment]


def stop_all(target: LocalTarget, environments: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
    """End the servers of these environments and what they left; the names of those that were running."""
    target = LocalTarget(target.root.resolve())
    all_paths = [target.environment(name) for name in environments]
    with ExitStack() as leases:
        for paths in all_paths:
            if paths.folder.is_dir():
                leases.enter_context(lease(paths))
        ran = {paths.folder.name: tuple(state(paths)) for paths in all_paths}
        for name in (GATEWAY, TRITON):
            recorded = [processes.find(paths, name) for paths in all_paths]
            processes.stop([process for process in recorded if process], STOP_SECONDS[name])
        for paths in all_paths:
            programs.remove_shared_memory(paths)
    return ran


def known(target: LocalTarget) -> tuple[str, ...]:
    """Every environment that servers were ever started for, whether or not a document still declares it."""
    return tuple(sorted(folder.parent.name for folder in target.folder.glob("*/processes")))


def state(paths: EnvironmentPaths) -> Mapping[str, int]:
    """The servers that run, with their process numbers."""
    found = {name: processes.running(paths, name) for name in (TRITON, GATEWAY)}
    return {name: process.pid for name, process in found.items() if process}


def _missing(paths: EnvironmentPaths) -> tuple[str, ...]:
    there = state(paths)
    return tuple(name for name in (TRITON, GATEWAY) if name not in there)


def _ready_to_start(target: LocalTarget, environment: str, missing: Sequence[str]) -> Ports:
    """The ports, free for the servers that are missing, and routes for a gateway to begin with."""
    paths = target.environment(environment)
    if len(missing) < 2 and ports_of(paths) is None:
        raise Refusal(
            f"the servers of {environment} run, but the file that gives their ports is gone",
            fix="run `platform down`, then `platform up`",
        )
    if TRITON in missing:
        programs.require_plain_path(paths)
    for name in missing:
        if ended := processes.find(paths, name):
            processes.end_children(ended)
    ports = choose(target, environment)
    require_free(paths, ports, *(("triton", "metrics") if TRITON in missing else ()))
    require_free(paths, ports, *(("gateway",) if GATEWAY in missing else ()))
    if GATEWAY in missing:
        _routes_to_start_with(paths, ports)
    return ports


def _routes_to_start_with(paths: EnvironmentPaths, ports: Ports) -> None:
    """Have a route file, with what was routed before, that names this Triton."""
    with routes.locked(paths):
        try:
            table = routes.read(paths)
        except ValueError as error:
            raise Refusal(
                f"the routes of {paths.folder.name} cannot be read: {error}",
                where=str(paths.routes.relative_to(paths.folder.parents[1])),
                fix="remove the file and run `platform up`, which routes everything anew",
            ) from None
        if table is None or table.upstream != ports.upstream:
            table = table or routes.Table(0, ports.upstream, {})
            routes.write(paths, replace(table, generation=table.generation + 1, upstream=ports.upstream))


def _mend_routes(paths: EnvironmentPaths, ports: Ports) -> bool:
    """Where the file is lost or spoiled under a running gateway, write what it follows; whether that was so."""
    with routes.locked(paths):
        state = Gateway.of(paths, ports).state()
        if state.error is None:
            return False
        table = routes.in_force(state, ports.upstream)
        routes.write(paths, replace(table, generation=table.generation + 1))
        return True


def _launch(
    paths: EnvironmentPaths, found: programs.Programs, ports: Ports, missing: Sequence[str]
) -> Mapping[str, str]:
    """Start what is missing; answers which versions were left out, and why."""
    left_out: Mapping[str, str] = {}
    if TRITON in missing:
        programs.remove_shared_memory(paths)
        programs.install_backend(found, paths)
        models, left_out = _restorable(paths)
        command = programs.triton_command(found, paths, ports, models)
        processes.start(paths, TRITON, command, programs.triton_environment(found))
    if GATEWAY in missing:
        command = programs.gateway_command(found, paths, ports)
        processes.start(paths, GATEWAY, command, programs.gateway_environment(found))
    return left_out


def _restorable(paths: EnvironmentPaths) -> tuple[list[str], dict[str, str]]:
    """The versions to load again, and those whose bytes are not what they were, with why."""
    paths.model_repository.mkdir(parents=True, exist_ok=True)
    found = {name: folder.restore(paths, held) for name, held in folder.identities(paths).items()}
    left_out = {name: reason for name, reason in found.items() if reason}
    return [name for name in found if name not in left_out], left_out


def _await(paths: EnvironmentPaths, ports: Ports, started: Sequence[str]) -> bool:
    """Return once both servers answer; whether the routes had to be mended."""
    triton, gateway = Control.of(paths, ports).server, Gateway.of(paths, ports).server
    await_ready(paths, TRITON, triton, "/v2/health/ready", started_now=TRITON in started)
    await_ready(paths, GATEWAY, gateway, "/gateway/state", started_now=GATEWAY in started)
    return _mend_routes(paths, ports)
