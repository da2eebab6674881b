from pathlib import Path

import pytest

from mlplatform.core.payload import ArtifactRef
from mlplatform.providers.registry.mlflow import MlflowRegistry
from tests.support.mlflow_server import mlflow
from tests.support.payloads import write_payload
from tests.support.registries import client_of, mlflow_registry

__all__ = ["mlflow"]


@pytest.fixture
def source(tmp_path: Path) -> ArtifactRef:
    """A payload as training left it."""
    return write_payload(tmp_path / "trained")


@pytest.fixture
def other(tmp_path: Path) -> ArtifactRef:
    """A payload of other bytes."""
    return write_payload(tmp_path / "trained again", {"model.onnx": b"better weights"})


@pytest.fixture
def registry(tmp_path: Path) -> MlflowRegistry:
    return mlflow_registry(tmp_path / "development")


@pytest.fixture
def client(registry: MlflowRegistry) -> object:
    """MLflow's own client for `registry`."""
    return client_of(registry)
