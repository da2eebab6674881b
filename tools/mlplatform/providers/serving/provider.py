"""The entry of a serving provider in the table."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from mlplatform.core.kinds.serving_settings import ServingSettings
from mlplatform.core.target import EnvironmentPaths
from mlplatform.providers.serving.capabilities import Capabilities
from mlplatform.providers.serving.interface import Serving
from mlplatform.providers.serving.local_servers import LocalServers

Settings = TypeVar("Settings", bound=ServingSettings)


@dataclass(frozen=True, slots=True)
class ServingProvider(Generic[Settings]):
    """All that the rest of the product needs to know of a provider.

    `settings` is the model of `serving:` in an environment's document, `connect` makes the provider from it and the
    environment's folder, `local_servers` are the servers that it runs on this machine (None: `uri: local` is refused).
    """

    name: str
    settings: type[Settings]
    connect: Callable[[Settings, EnvironmentPaths], Serving]
    capabilities: Capabilities
    local_servers: Callable[[], LocalServers] | None = None


AnyProvider = ServingProvider[Any]
