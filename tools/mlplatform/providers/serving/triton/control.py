"""Triton's own model control: what is loaded, load, unload."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from mlplatform.core.target import EnvironmentPaths
from mlplatform.providers.serving.interface import ServingError
from mlplatform.providers.serving.triton.http import NoAnswer, ServerClient, error_of
from mlplatform.providers.serving.triton.ports import TritonPorts
from mlplatform.providers.serving.triton.running import fingerprint, instances

LOAD_SECONDS = 60.0


class ModelState(StrEnum):
    """The states of a Triton model. ABSENT: never asked for, so the index gives none."""

    READY = "READY"
    LOADING = "LOADING"
    UNLOADING = "UNLOADING"
    UNAVAILABLE = "UNAVAILABLE"
    ABSENT = ""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A line of the index: the state of one Triton model, and Triton's reason for it."""

    state: ModelState
    reason: str = ""


NOT_THERE = Loaded(ModelState.ABSENT)


@dataclass(frozen=True, slots=True)
class Running:
    """How many instances a loaded model is to have, and the fingerprint of all else in its configuration."""

    instances: int
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Control:
    """The control calls of one Triton server. All raise ServingError."""

    server: ServerClient

    @staticmethod
    def of(paths: EnvironmentPaths, ports: TritonPorts) -> "Control":
        return Control(ServerClient(f"Triton of {paths.folder.name}", ports.triton))

    def index(self) -> Mapping[str, Loaded]:
        """Every model in the repository folder or in memory, by its Triton name."""
        try:
            return {line["name"]: _loaded(line) for line in self._ask("POST", "/v2/repository/index", {})}
        except (KeyError, TypeError, ValueError):
            raise NoAnswer(f"{self.server} answered an index of models that cannot be read") from None

    def state(self, name: str) -> Loaded:
        return self.index().get(name, NOT_THERE)

    def parameters(self, name: str) -> Mapping[str, str]:
        """The parameters in the configuration that a loaded model runs with."""
        configuration = self._ask("GET", f"/v2/models/{name}/config")
        try:
            return {key: value["string_value"] for key, value in configuration["parameters"].items()}
        except (KeyError, TypeError, AttributeError):
            raise NoAnswer(f"{self.server} answered a configuration of {name} that cannot be read") from None

    def running(self, name: str) -> Running:
        """The instances and the fingerprint that a loaded model runs with."""
        configuration = self._ask("GET", f"/v2/models/{name}/config")
        try:
            return Running(instances(configuration), fingerprint(configuration))
        except (KeyError, TypeError, AttributeError, ValueError):
            raise NoAnswer(f"{self.server} answered a configuration of {name} that cannot be read") from None

    def load(self, name: str) -> str | None:
        """Load, or load again, from the repository folder; why it failed, or None."""
        answer = self.server.ask("POST", f"/v2/repository/models/{name}/load", b"{}", seconds=LOAD_SECONDS)
        return None if answer.status == 200 else error_of(answer)

    def unload(self, name: str) -> None:
        """Begin to unload; requests that are on their way are answered first."""
        self._ask("POST", f"/v2/repository/models/{name}/unload", {})

    def _ask(self, method: str, path: str, body: object = None) -> Any:
        return self.server.ask_json(method, path, body)


def _loaded(line: Mapping[str, str]) -> Loaded:
    return Loaded(ModelState(line.get("state", "")), line.get("reason", ""))


def refused(model: str, version: str, reason: str) -> ServingError:
    """The error for a load that Triton refused, without Triton's own frame around the cause."""
    cause = reason.rpartition("Internal: ")[2].partition(" At: ")[0].removeprefix("TritonModelException: ")
    return ServingError(f"Triton could not load {model} {version}: {cause.rstrip(' ;')}")
