"""Training runs, tracked by a script that knows nothing of the platform but three lines of MLflow."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from mlplatform.core.payload import ArtifactRef, digest_of
from mlplatform.providers.artifacts import store_for
from mlplatform.providers.registry.interface import RegistryError
from mlplatform.providers.registry.mlflow import MlflowRegistry
from tests.support.payloads import files_below
from tests.support.registries import MODEL, start_python
from tests.support.stack import scaling_model

DATA = {"clinic/biopsies": "sha256:" + "0" * 64}


@pytest.fixture
def run_id(registry: MlflowRegistry, client: Any) -> str:
    """A finished run in the model's experiment, to be spoilt."""
    experiment = registry.training_environment(MODEL)["MLFLOW_EXPERIMENT_NAME"]
    run = client.create_run(client.get_experiment_by_name(experiment).experiment_id)
    client.log_metric(run.info.run_id, "auc", 0.9)
    client.set_terminated(run.info.run_id)
    return str(run.info.run_id)


def test_what_a_script_tracks_can_be_registered(registry: MlflowRegistry, tmp_path: Path) -> None:
    here = tmp_path / "here"
    here.mkdir()
    (tmp_path / "model.onnx").write_bytes(b"weights")
    program = f"""
        import warnings
        warnings.simplefilter("ignore")
        import mlflow

        mlflow.set_experiment("clinic/tumour")
        with mlflow.start_run() as run:
            mlflow.log_params({{"depth": 3}})
            mlflow.log_metrics({{"auc": 0.5}})
            mlflow.log_metrics({{"auc": 0.1 + 0.2}})
            mlflow.set_tag("data.clinic/biopsies", {DATA["clinic/biopsies"]!r})
            mlflow.set_tag("mlflow.source.git.commit", "{"a" * 40}")
            mlflow.log_artifact({str(tmp_path / "model.onnx")!r}, artifact_path="model")
        print(run.info.run_id)
    """
    script = start_python(program, here, registry.training_environment(MODEL))
    said, complained = script.communicate()
    assert script.returncode == 0, complained
    run = registry.run(said.split()[-1])
    assert (run.lineage.run, run.lineage.commit) == (said.split()[-1], "a" * 40)
    assert (run.lineage.data, run.lineage.metrics) == (DATA, {"auc": 0.1 + 0.2})
    digest = digest_of(store_for(run.payload_uri).entries(run.payload_uri))
    added = registry.add(MODEL, "1.0.0", ArtifactRef(run.payload_uri, digest), run.lineage)
    store_for(added.ref.uri).fetch(added.ref, tmp_path / "copy")
    assert files_below(tmp_path / "copy") == {"model.onnx": b"weights"}
    assert run.payload_uri.startswith(f"{registry.artifacts.as_uri()}/runs/clinic.tumour/")
    assert list(here.iterdir()) == []


@pytest.mark.exhaustive
def test_what_a_script_logs_as_a_model_of_mlflow_3_can_be_registered(
    registry: MlflowRegistry, tmp_path: Path
) -> None:
    here = tmp_path / "here"
    here.mkdir()
    (tmp_path / "model.onnx").write_bytes(scaling_model(2))
    program = f"""
        import warnings
        warnings.simplefilter("ignore")
        import mlflow, onnx

        with mlflow.start_run() as run:
            mlflow.onnx.log_model(onnx.load({str(tmp_path / "model.onnx")!r}), name="model")
        with mlflow.start_run() as two:
            for name in ("a", "b"):
                mlflow.onnx.log_model(onnx.load({str(tmp_path / "model.onnx")!r}), name=name)
        print(run.info.run_id, two.info.run_id)
    """
    script = start_python(program, here, registry.training_environment(MODEL))
    said, complained = script.communicate()
    assert script.returncode == 0, complained
    one, two = said.split()[-2:]
    run = registry.run(one)
    digest = digest_of(store_for(run.payload_uri).entries(run.payload_uri, run.payload_folder))
    added = registry.add(
        MODEL, "3.0.0", ArtifactRef(run.payload_uri, digest, run.payload_folder), run.lineage
    )
    store_for(added.ref.uri).fetch(added.ref, tmp_path / "copy")
    assert files_below(tmp_path / "copy")["model.onnx"] == scaling_model(2)
    with pytest.raises(RegistryError, match=r"logged several models \(a, b\), and a version is one"):
        registry.run(two)


def test_asking_for_the_training_environment_again_makes_nothing_new(
    registry: MlflowRegistry, client: Any
) -> None:
    first = registry.training_environment(MODEL)
    with ThreadPoolExecutor(4) as pool:
        others = list(pool.map(lambda _: registry.training_environment(MODEL), range(4)))
    assert others == [first] * 4
    assert sorted(one.name for one in client.search_experiments()) == ["Default", MODEL]


def test_the_environment_variables_are_those_that_mlflow_reads(registry: MlflowRegistry) -> None:
    assert registry.training_environment(MODEL) == {
        "MLFLOW_TRACKING_URI": f"sqlite:///{registry.database}",
        "MLFLOW_EXPERIMENT_NAME": MODEL,
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "DO_NOT_TRACK": "true",
    }


def test_a_finished_run_is_read(registry: MlflowRegistry, run_id: str) -> None:
    run = registry.run(run_id)
    assert (run.lineage.metrics, run.lineage.data, run.lineage.commit) == ({"auc": 0.9}, {}, None)


def _unfinished(client: Any, run_id: str) -> None:
    client.update_run(run_id, status="RUNNING")


def _failed(client: Any, run_id: str) -> None:
    client.set_terminated(run_id, "FAILED")


def _deleted(client: Any, run_id: str) -> None:
    client.delete_run(run_id)


def _unmeasured(client: Any, run_id: str) -> None:
    client.log_metric(run_id, "auc", float("nan"))


def _boundless(client: Any, run_id: str) -> None:
    client.log_metric(run_id, "auc", float("inf"))


def _short_digest(client: Any, run_id: str) -> None:
    client.set_tag(run_id, "data.clinic/biopsies", "sha256:12")


def _no_tenant(client: Any, run_id: str) -> None:
    client.set_tag(run_id, "data.biopsies", DATA["clinic/biopsies"])


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (_unfinished, "is not finished but RUNNING"),
        (_failed, "is not finished but FAILED"),
        (_deleted, "was deleted"),
        (_unmeasured, "measured auc as nan"),
        (_boundless, "measured auc as"),
        (_short_digest, r"data\.clinic/biopsies = sha256:12"),
        (_no_tenant, r"data\.biopsies"),
    ],
)
def test_a_run_that_cannot_be_relied_on_is_refused(
    registry: MlflowRegistry, client: Any, run_id: str, spoil: Any, says: str
) -> None:
    spoil(client, run_id)
    with pytest.raises(RegistryError, match=says):
        registry.run(run_id)


@pytest.mark.parametrize("run_id", ["0" * 32, "nope", "", "../../etc", "a\nb"])
def test_a_run_that_is_not_there_is_refused_with_where_runs_are_tracked(
    registry: MlflowRegistry, run_id: str
) -> None:
    with pytest.raises(RegistryError, match=r"there is no run .*in the registry") as refused:
        registry.run(run_id)
    assert "MLFLOW_TRACKING_URI=sqlite:" in refused.value.fix
    assert "examples/README.md" in refused.value.fix


def test_a_deleted_experiment_is_not_trained_in(registry: MlflowRegistry, client: Any) -> None:
    registry.training_environment(MODEL)
    client.delete_experiment(client.get_experiment_by_name(MODEL).experiment_id)
    with pytest.raises(RegistryError, match="experiment clinic/tumour was deleted"):
        registry.training_environment(MODEL)
