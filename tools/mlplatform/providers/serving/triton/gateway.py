"""The gateway's state: routes, generation, requests on their way."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mlplatform.core.target import EnvironmentPaths
from mlplatform.providers.serving.interface import Pending, Ready, ServingError
from mlplatform.providers.serving.triton.http import NoAnswer, ServerClient
from mlplatform.providers.serving.triton.ports import TritonPorts
from mlplatform.providers.serving.triton.waiting import until


@dataclass(frozen=True, slots=True)
class FollowedRoute:
    """One route that the gateway follows."""

    version: str
    digest: str
    upstream_model: str
    weight: int


@dataclass(frozen=True, slots=True)
class GatewayState:
    """`GET /gateway/state`: `generation` is None before the first good route file, `error` is why the file on disk
    is not in force, `inflight` counts the requests on their way by Triton model."""

    generation: int | None
    error: str | None
    upstream: str | None
    models: Mapping[str, tuple[FollowedRoute, ...]]
    inflight: Mapping[str, int]


class RoutesRefused(ServingError):
    """The gateway read the route file and does not follow it."""


@dataclass(frozen=True, slots=True)
class GatewayClient:
    """The gateway of one environment. Calls raise ServingError."""

    server: ServerClient

    @staticmethod
    def of(paths: EnvironmentPaths, ports: TritonPorts) -> "GatewayClient":
        return GatewayClient(ServerClient(f"the gateway of {paths.folder.name}", ports.gateway))

    def state(self) -> GatewayState:
        state = self.server.ask_json("GET", "/gateway/state")
        try:
            models = {name: tuple(map(_in_force, followed)) for name, followed in state["models"].items()}
            return GatewayState(
                state["generation"], state["error"], state["upstream"], models, state["inflight"]
            )
        except (KeyError, TypeError, AttributeError):
            raise NoAnswer(
                f"{self.server} answered a state that cannot be read: run `platform down`, then `platform up`"
            ) from None

    def follow(self, generation: int, stale: str | None = None) -> Ready | Pending:
        """Ready once this generation of the route file is in force; `stale` is the error of the file before it."""
        state = self.state()

        def settled() -> bool:
            nonlocal state
            state = self.state()
            return (state.generation or 0) >= generation or state.error not in (None, stale)

        until(settled)
        if state.error is not None:
            raise RoutesRefused(f"{self.server} does not follow the routes: {state.error}")
        if state.generation is None or state.generation < generation:
            return Pending(f"{self.server} has not read the routes yet")
        return Ready()


def _in_force(route: Mapping[str, Any]) -> FollowedRoute:
    return FollowedRoute(route["version"], route["digest"], route["upstreamModel"], route["weight"])
