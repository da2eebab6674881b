"""The route file that tools/mlgateway obeys: written by rename under a lock, its generation rising each time."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from mlplatform.core.target import EnvironmentPaths
from mlplatform.providers.file_lock import file_lock
from mlplatform.providers.serving.triton.config import upstream_name
from mlplatform.providers.serving.triton.gateway import GatewayState


@dataclass(frozen=True, slots=True)
class RouteEntry:
    """The version that answers for a model, and the Triton model that it is."""

    version: str
    digest: str
    upstream: str

    def as_json(self) -> dict[str, Any]:
        shown = {
            "version": self.version,
            "digest": self.digest,
            "upstreamModel": self.upstream,
            "weight": 100,
        }
        return {"routes": [shown]}


@dataclass(frozen=True, slots=True)
class RouteFile:
    """A route file; `models` is keyed by the public name `tenant.model`."""

    generation: int
    upstream: str
    models: Mapping[str, RouteEntry]

    def routing(self, name: str, route: RouteEntry | None) -> "RouteFile":
        """The same with this route for one model (None: with none)."""
        others = {other: entry for other, entry in self.models.items() if other != name}
        return replace(self, models=others if route is None else others | {name: route})

    def as_json(self) -> str:
        models = {name: route.as_json() for name, route in sorted(self.models.items())}
        document = {
            "schema": "routes/v1",
            "generation": self.generation,
            "upstream": self.upstream,
            "models": models,
        }
        return json.dumps(document, indent=1) + "\n"


def read(paths: EnvironmentPaths) -> RouteFile | None:
    """The route file, None where there is none; ValueError says why it is not one."""
    try:
        document = json.loads(paths.routes.read_text())
    except FileNotFoundError:
        return None
    try:
        if document["schema"] != "routes/v1":
            raise ValueError("its schema is not routes/v1")
        models = {name: _route(model["routes"]) for name, model in document["models"].items()}
        return RouteFile(int(document["generation"]), str(document["upstream"]), models)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"it is not a route file: {error}") from None


def _route(routes: list[dict[str, Any]]) -> RouteEntry:
    (only,) = routes
    if only["weight"] != 100:
        raise ValueError("it holds a weight other than 100")
    return RouteEntry(only["version"], only["digest"], only["upstreamModel"])


def in_force(state: GatewayState, upstream: str) -> RouteFile:
    """The table that a gateway follows, from its own words: for when the file is lost."""
    models = {
        name: RouteEntry(first.version, first.digest, upstream_name(name, first.digest))
        for name, (first, *_) in state.models.items()
    }
    return RouteFile(state.generation or 0, upstream, models)


def write(paths: EnvironmentPaths, table: RouteFile) -> None:
    """Replace the route file at once: a reader sees the old one or the new one."""
    paths.routes.parent.mkdir(parents=True, exist_ok=True)
    new = paths.routes.with_name(".routes.new")
    with new.open("w") as file:
        file.write(table.as_json())
        file.flush()
        os.fsync(file.fileno())
    new.replace(paths.routes)


@contextmanager
def locked(paths: EnvironmentPaths) -> Iterator[None]:
    """Hold off every other writer of the route file."""
    with file_lock(paths.routes.with_name("routes.lock")):
        yield
