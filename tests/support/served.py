"""What the servers of an environment serve, and having them serve it again."""

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from mlplatform.core.target import EnvironmentPaths
from mlplatform.local.stack import state
from mlplatform.providers.serving.triton import routes
from mlplatform.providers.serving.triton.control import Control, ModelState, Running
from mlplatform.providers.serving.triton.gateway import GatewayClient
from mlplatform.providers.serving.triton.ports import TritonPorts, read_triton_ports
from tests.support.waiting import wait_until


@dataclass(frozen=True, slots=True)
class Served:
    """The versions that Triton ran, by their names there, and the routes that the gateway followed."""

    paths: EnvironmentPaths
    running: Mapping[str, Running]
    table: routes.RouteFile

    @staticmethod
    def by(paths: EnvironmentPaths) -> "Served":
        table = routes.read(paths)
        assert table, f"nothing was ever started in {paths.folder}"
        control = Control.of(paths, _ports(paths))
        return Served(paths, {name: control.running(name) for name in _ready(control)}, table)

    def unload_others(self) -> None:
        """Have Triton run none but ours, where it runs."""
        if "triton" in state(self.paths):
            for name in _ready(self._control) - self.running.keys():
                self._unload(name)

    def write_lost_routes(self) -> None:
        """Have a gateway that does not run begin with our routes."""
        if "gateway" not in state(self.paths):
            self._write_routes()

    def load_again(self, changed: Collection[Path]) -> None:
        """Have Triton run what it ran; what lies in a folder in which something was changed is loaded anew."""
        ready = _ready(self._control)
        for name, running in self.running.items():
            folder = self.paths.model_repository / name
            is_changed = any(path.is_relative_to(folder) for path in changed)
            if name in ready and not is_changed and self._control.running(name) == running:
                continue
            self._unload(name)
            assert self._control.load(name) is None

    def route_again(self) -> None:
        """Have the gateway follow our routes."""
        if not self._is_routed():
            self._write_routes()
            wait_until(self._is_routed, f"the routes of {self.paths.folder.name}")

    def _is_routed(self) -> bool:
        followed, written = self._gateway.state(), routes.read(self.paths)
        assert written
        return replace(written, generation=0) == replace(self.table, generation=0) and (
            (followed.error, followed.generation) == (None, written.generation)
        )

    def _write_routes(self) -> None:
        """Under a number that is higher than any that the gateway has seen."""
        with routes.locked(self.paths):
            routes.write(self.paths, replace(self.table, generation=time.time_ns()))

    def _unload(self, name: str) -> None:
        if self._control.state(name).state is ModelState.READY:
            self._control.unload(name)
            ended = (ModelState.UNAVAILABLE, ModelState.ABSENT)
            wait_until(lambda: self._control.state(name).state in ended, f"the end of {name}")

    @property
    def _control(self) -> Control:
        return Control.of(self.paths, _ports(self.paths))

    @property
    def _gateway(self) -> GatewayClient:
        return GatewayClient.of(self.paths, _ports(self.paths))


def _ready(control: Control) -> set[str]:
    return {name for name, held in control.index().items() if held.state is ModelState.READY}


def _ports(paths: EnvironmentPaths) -> TritonPorts:
    ports = read_triton_ports(paths)
    assert ports, f"nothing was ever started in {paths.folder}"
    return ports
