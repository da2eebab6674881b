"""A real server for each serving provider: the fixture `<name>_serving` is the provider, connected to it."""

import pytest

from mlplatform.core.kinds.serving_settings import TritonSettings
from mlplatform.core.target import EnvironmentPaths
from mlplatform.providers.serving import SERVING_PROVIDERS
from mlplatform.providers.serving.interface import Serving
from tests.support.stack import paths, target

__all__ = ["paths", "target"]


@pytest.fixture
def triton_serving(paths: EnvironmentPaths) -> Serving:
    return SERVING_PROVIDERS["triton"].connect(TritonSettings(provider="triton"), paths)
