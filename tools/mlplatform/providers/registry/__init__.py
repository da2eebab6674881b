"""Model registries, chosen from a literal table."""

from mlplatform.core.kinds import Environment
from mlplatform.core.target import EnvironmentPaths
from mlplatform.providers.registry.interface import Registry


def _mlflow(environment: Environment, paths: EnvironmentPaths) -> Registry:
    if environment.registry.uri != "local":
        from mlplatform.providers.registry.mlflow.shared import SharedMlflowRegistry

        return SharedMlflowRegistry.at(environment.registry)
    from mlplatform.providers.registry.mlflow import MlflowRegistry

    return MlflowRegistry.at(environment.registry, paths)


REGISTRIES = {"mlflow": _mlflow}


def connect_registry(environment: Environment, paths: EnvironmentPaths) -> Registry:
    """The registry of an environment."""
    return REGISTRIES[environment.registry.provider](environment, paths)
