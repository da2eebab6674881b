"""Triton and the gateway as servers of this machine: how each is started, known to answer and cleaned up after."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from mlplatform.core.errors import Refusal
from mlplatform.core.target import EnvironmentPaths
from mlplatform.providers.serving.interface import ServingError
from mlplatform.providers.serving.local_servers import Launch, LocalServer, LogFormat
from mlplatform.providers.serving.ports import Ports
from mlplatform.providers.serving.triton import folder, programs, routes
from mlplatform.providers.serving.triton.config import public_name
from mlplatform.providers.serving.triton.control import Control
from mlplatform.providers.serving.triton.gateway import GatewayClient
from mlplatform.providers.serving.triton.http import ServerClient
from mlplatform.providers.serving.triton.ports import TritonPorts

_ENTRY = re.compile(r"[IWEF][0-9]{4} |[0-9]{4}-[0-9]{2}-[0-9]{2} ")
_ERROR = re.compile(r"E[0-9]{4} |mlgateway: |error|ERROR|CRITICAL", re.ASCII)
_LOG_FORMAT = LogFormat(_ENTRY, _ERROR, usual=("CudaDriverHelper",))  # at every start without a GPU


class TritonServer:
    """Triton, with the versions loaded that it had before."""

    name = "triton"
    ports: Mapping[str, str] = {"triton": "Triton", "metrics": "Triton's metrics"}
    stop_seconds = 25.0
    log_format = _LOG_FORMAT

    def title(self, paths: EnvironmentPaths) -> str:
        return f"Triton of {paths.folder.name}"

    def require_startable(self, paths: EnvironmentPaths) -> None:
        programs.find_programs()
        programs.require_plain_path(paths)

    def prepare(self, paths: EnvironmentPaths, ports: Ports) -> None:
        pass

    def launch(self, paths: EnvironmentPaths, ports: Ports) -> Launch:
        found_programs = programs.find_programs()
        self.clean_up(paths)
        programs.install_backend(found_programs, paths)
        models, left_out = _restorable(paths)
        command = programs.triton_command(found_programs, paths, TritonPorts(**ports), models)
        return Launch(command, programs.triton_environment(found_programs), left_out)

    def is_ready(self, paths: EnvironmentPaths, ports: Ports) -> bool:
        return _answers(Control.of(paths, TritonPorts(**ports)).server, "/v2/health/ready")

    def clean_up(self, paths: EnvironmentPaths) -> None:
        programs.remove_shared_memory(paths)


class GatewayServer:
    """The gateway, with the routes that were in force before. It ends once it has answered what it was asked."""

    name = "gateway"
    ports: Mapping[str, str] = {"gateway": "the gateway"}
    stop_seconds = 35.0  # it gives requests that are on their way 30 s
    log_format = _LOG_FORMAT

    def title(self, paths: EnvironmentPaths) -> str:
        return f"the gateway of {paths.folder.name}"

    def require_startable(self, paths: EnvironmentPaths) -> None:  # noqa: ARG002 any path is right
        programs.find_programs()

    def prepare(self, paths: EnvironmentPaths, ports: Ports) -> None:
        """Have a route file that names this Triton, with whatever was routed before."""
        upstream = TritonPorts(**ports).upstream
        with routes.locked(paths):
            table = _read_routes(paths)
            if table is None or table.upstream != upstream:
                table = table or routes.RouteFile(0, upstream, {})
                routes.write(paths, replace(table, generation=table.generation + 1, upstream=upstream))

    def launch(self, paths: EnvironmentPaths, ports: Ports) -> Launch:
        found_programs = programs.find_programs()
        command = programs.gateway_command(found_programs, paths, TritonPorts(**ports))
        return Launch(command, programs.gateway_environment(found_programs))

    def is_ready(self, paths: EnvironmentPaths, ports: Ports) -> bool:
        return _answers(GatewayClient.of(paths, TritonPorts(**ports)).server, "/gateway/state")

    def clean_up(self, paths: EnvironmentPaths) -> None:
        pass


class TritonServers:
    """Both servers of an environment; the gateway ends first."""

    servers: Sequence[LocalServer] = (TritonServer(), GatewayServer())

    def repair(self, paths: EnvironmentPaths, ports: Ports) -> bool:
        """Write the routes that the gateway follows where their file is lost or damaged."""
        numbers = TritonPorts(**ports)
        with routes.locked(paths):
            state = GatewayClient.of(paths, numbers).state()
            if state.error is None:
                return False
            table = routes.in_force(state, numbers.upstream)
            routes.write(paths, replace(table, generation=table.generation + 1))
            return True

    def name_in_logs(self, model: str) -> re.Pattern[str]:
        name = re.escape(public_name(model))
        return re.compile(rf"(?<![\w.-]){name}(\.[0-9a-f]{{12}})?(?![\w-])")


LOCAL_SERVERS = TritonServers()


def _restorable(paths: EnvironmentPaths) -> tuple[list[str], dict[str, str]]:
    """The versions to load again, and why each of the others is left out: its bytes are not what they were."""
    paths.model_repository.mkdir(parents=True, exist_ok=True)
    flaws = {name: folder.restore(paths, identity) for name, identity in folder.identities(paths).items()}
    left_out = {name: flaw for name, flaw in flaws.items() if flaw}
    return [name for name in flaws if name not in left_out], left_out


def _read_routes(paths: EnvironmentPaths) -> routes.RouteFile | None:
    try:
        return routes.read(paths)
    except ValueError as error:
        raise Refusal(
            f"the routes of {paths.folder.name} cannot be read: {error}",
            where=str(paths.routes.relative_to(paths.folder.parents[1])),
            fix="remove the file and run `platform up`, which routes everything anew",
        ) from None


def _answers(server: ServerClient, path: str) -> bool:
    try:
        return server.ask("GET", path, seconds=2.0).status == 200
    except ServingError:
        return False
