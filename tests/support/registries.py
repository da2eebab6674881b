"""Registries of every provider, in folders of a test."""

import os
import subprocess
import sys
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mlplatform.core.kinds import Environment
from mlplatform.core.payload import ArtifactRef
from mlplatform.core.target import EnvironmentPaths
from mlplatform.providers.registry import connect_registry
from mlplatform.providers.registry.interface import Lineage, RegisteredVersion, Registry
from mlplatform.providers.registry.mlflow import MlflowRegistry

MODEL = "clinic/tumour"
LINEAGE = Lineage(
    run="0123456789abcdef0123456789abcdef",
    commit="c" * 40,
    data={"clinic/biopsies": "sha256:" + "d" * 64},
    metrics={"auc": 0.1 + 0.2, "loss": 1e-300},
)


def connect(folder: Path, provider: str = "mlflow", **settings: Any) -> Registry:
    """The registry that an environment's document with these settings gets, in a folder of its own."""
    registry = {"provider": provider, "uri": "local", **settings}
    document = {
        "schema": "environment/v1",
        "order": 1,
        "approvals": {"required": 0, "from": ["owners"]},
        "registry": registry,
        "serving": {"provider": "triton"},
        "blastRadius": {"maxChangedPercent": 100, "minResources": 10},
    }
    return connect_registry(Environment.model_validate(document), EnvironmentPaths(folder))


def mlflow_registry(folder: Path, **settings: Any) -> MlflowRegistry:
    """A local MLflow registry, prepared."""
    registry = connect(folder, **settings)
    assert isinstance(registry, MlflowRegistry)
    registry.prepare()
    return registry


def client_of(registry: MlflowRegistry) -> Any:
    """MLflow's own client for a registry: what a person or another tool has."""
    from mlflow.tracking import MlflowClient

    uri = f"sqlite:///{registry.database}"
    return MlflowClient(tracking_uri=uri, registry_uri=uri)


def add(registry: Registry, version: str, source: ArtifactRef, model: str = MODEL) -> RegisteredVersion:
    return registry.add(model, version, source, LINEAGE, change="e" * 40, approved_by=("ada", "grace"))


def start_python(program: str, cwd: Path, env: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
    """A program in a process of its own, with this one's import paths and with every warning an error."""
    search = os.pathsep.join(str(Path(p).absolute()) for p in sys.path)
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(program)],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": search, **(env or {})},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
