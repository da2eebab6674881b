"""A training script leaves in MLflow all that the platform registers: payload, metrics, data digests, git commit."""

import hashlib
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.tiers import cell

EXAMPLES = Path(__file__).parents[2] / "examples"
MODELS = {
    "clinic_tumour": ("clinic/tumour", "clinic/biopsies", {"accuracy", "auc"}, {"n_estimators", "max_depth"}),
    "clinic_progression": ("clinic/progression", "clinic/progression", {"r2", "rmse"}, {"alpha"}),
    "postal_digits": ("postal/digits", "postal/digits", {"accuracy", "auc"}, {"n_estimators", "max_depth"}),
}


@dataclass(frozen=True, slots=True)
class Clone:
    """A git repository of its own with the examples in it, and a registry that no script has written to."""

    folder: Path
    commit: str
    registry: str

    def train(self, script: str, *versions: str) -> subprocess.CompletedProcess[str]:
        environment = os.environ | {"MLFLOW_TRACKING_URI": self.registry, "MLFLOW_DISABLE_TELEMETRY": "true"}
        command = [sys.executable, f"examples/training/{script}.py", *versions]
        return subprocess.run(
            command,
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com"]
    done = subprocess.run(
        ["git", *identity, *arguments], cwd=folder, capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout.strip()


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    folder = tmp_path / "clone"
    shutil.copytree(EXAMPLES, folder / "examples", ignore=shutil.ignore_patterns("__pycache__"))
    git(folder, "init", "--quiet")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "Examples")
    return Clone(folder, git(folder, "rev-parse", "HEAD"), f"sqlite:///{tmp_path}/registry.db")


def experiment_with_its_own_store(clone: Clone, name: str, store: Path) -> Any:
    from mlflow import MlflowClient

    client = MlflowClient(clone.registry)
    client.create_experiment(name, artifact_location=store.as_uri())
    return client


@pytest.mark.exhaustive
@pytest.mark.parametrize("script", [cell(script, quick=script == "clinic_progression") for script in MODELS])
def test_a_script_records_a_run_for_each_version_asked_and_prints_their_ids_in_order(
    clone: Clone, tmp_path: Path, script: str
) -> None:
    experiment, dataset, metrics, params = MODELS[script]
    client = experiment_with_its_own_store(clone, experiment, tmp_path / "store")
    done = clone.train(script, "1.1.0", "1.0.0")
    assert done.returncode == 0, done.stderr
    runs = [client.get_run(run_id) for run_id in done.stdout.splitlines()]

    data = hashlib.sha256((clone.folder / f"examples/data/{dataset}.csv").read_bytes()).hexdigest()
    assert [run.info.run_name for run in runs] == ["1.1.0", "1.0.0"]
    for run in runs:
        assert run.info.status == "FINISHED"
        assert run.data.tags[f"data.{dataset}"] == f"sha256:{data}"
        assert run.data.tags["mlflow.source.git.commit"] == clone.commit
        assert run.data.tags["code.uncommitted"] == "none"
        assert set(run.data.metrics) == metrics
        assert set(run.data.params) == params
    assert runs[0].data.metrics != runs[1].data.metrics

    payloads = [tmp_path / "store" / run.info.run_id / "artifacts/model" for run in runs]
    assert [[file.name for file in payload.iterdir()] for payload in payloads] == [["model.onnx"]] * 2
    assert git(clone.folder, "status", "--porcelain", "--ignored=no", "--", ":!*__pycache__*") == ""


def test_a_version_that_a_script_does_not_know_is_refused_with_those_that_it_does(clone: Clone) -> None:
    done = clone.train("clinic_tumour", "9.9.9")
    assert done.returncode == 2
    assert done.stdout == ""
    assert "invalid choice: '9.9.9'" in done.stderr
    assert "1.2.0" in done.stderr
    assert "Traceback" not in done.stderr
