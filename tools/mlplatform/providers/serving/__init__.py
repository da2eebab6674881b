"""The serving providers: one entry each in a literal table."""

from mlplatform.core.kinds import Environment
from mlplatform.core.kinds.serving_settings import TritonSettings
from mlplatform.core.target import EnvironmentPaths
from mlplatform.providers.serving.capabilities import (
    ADDRESS,
    EXPERIMENT,
    FORMAT,
    GPU,
    SHADOW,
    STRATEGY,
    Heeded,
    NotHeeded,
)
from mlplatform.providers.serving.interface import Serving, ServingError
from mlplatform.providers.serving.local_servers import LocalServers
from mlplatform.providers.serving.provider import AnyProvider, ServingProvider


def _connect_triton(settings: TritonSettings, paths: EnvironmentPaths) -> Serving:  # noqa: ARG001 no settings but `local`
    from mlplatform.providers.serving.triton import TritonServing

    return TritonServing.at(paths)


def _local_triton() -> LocalServers:
    from mlplatform.providers.serving.triton.local import LOCAL_SERVERS

    return LOCAL_SERVERS


_PROVIDERS: tuple[AnyProvider, ...] = (
    ServingProvider(
        name="triton",
        settings=TritonSettings,
        connect=_connect_triton,
        capabilities={
            ADDRESS: NotHeeded(),
            FORMAT: Heeded(("onnx",)),
            STRATEGY: Heeded(("all",)),
            EXPERIMENT: NotHeeded(),
            SHADOW: NotHeeded(),
            GPU: NotHeeded(),
        },
        local_servers=_local_triton,
    ),
)
SERVING_PROVIDERS = {provider.name: provider for provider in _PROVIDERS}
LOCAL_DEFAULT = "triton"  # what serves on this machine where nothing else is asked for


def connect_serving(environment: Environment, paths: EnvironmentPaths) -> Serving:
    """Connect to the serving provider of an environment, by its settings; ServingError where nothing implements it."""
    provider = SERVING_PROVIDERS.get(environment.serving.provider)
    if provider is None:
        raise ServingError(
            f"there is no serving by {environment.serving.provider} yet",
            fix=f"write serving: {{provider: {' or '.join(SERVING_PROVIDERS)}}}",
        )
    return provider.connect(environment.serving, paths)


def local_servers(provider: str) -> LocalServers | None:
    """The servers that a provider runs on this machine; None where it has none."""
    entry = SERVING_PROVIDERS.get(provider)
    return entry.local_servers() if entry and entry.local_servers else None


def all_local_servers() -> tuple[LocalServers, ...]:
    """The local servers of every provider that has any."""
    return tuple(entry.local_servers() for entry in _PROVIDERS if entry.local_servers)
