"""Serving providers, chosen from a literal table."""

from mlplatform.core.kinds import Environment
from mlplatform.core.target import EnvironmentPaths
from mlplatform.providers.serving.interface import Capabilities, Serving


def _triton(paths: EnvironmentPaths) -> Serving:
    from mlplatform.providers.serving.triton import TritonServing

    return TritonServing.at(paths)


SERVINGS = {"triton": _triton}
CAPABILITIES = {"triton": Capabilities(formats=frozenset({"onnx"}), strategies=frozenset({"all"}))}


def connect_serving(environment: Environment, paths: EnvironmentPaths) -> Serving:
    """The serving provider of an environment."""
    return SERVINGS[environment.serving.provider](paths)
