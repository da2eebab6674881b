"""What may be registered from a training run, with real runs in a real registry."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mlplatform.apply.register import register
from mlplatform.core.errors import Refusal
from mlplatform.core.naming import Kind
from mlplatform.core.payload import digest_of, short_digest
from mlplatform.core.repository import Repository
from mlplatform.propose.edit import new_document
from mlplatform.propose.pinned import Pinned, read_pinned
from mlplatform.providers.artifacts import store_for
from mlplatform.providers.registry.mlflow import MlflowRegistry
from tests.support.registries import client_of, mlflow_registry
from tests.support.values import deployment, digest, document, repository

TUMOUR, BIOPSIES = "clinic/tumour", "clinic/biopsies"
DATASET = {
    "schema": "dataset/v1",
    "owner": "ada",
    "location": "s3://clinic-data/biopsies/",
    "region": "us-east-1",
    "format": "csv",
    "digest": digest("7.7.7"),
    "classification": "internal",
    "columns": {},
}


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> MlflowRegistry:
    return mlflow_registry(tmp_path_factory.mktemp("registry") / "development")


def declared(**pins: dict[str, Any]) -> Repository:
    """The model with its data set; `pins` gives each environment's deployment of it."""
    made = repository(
        {"development": {TUMOUR: deployment("9.9.9")}} | {e: {TUMOUR: said} for e, said in pins.items()}
    )
    return replace(made, datasets={BIOPSIES: document(Kind.DATASET, BIOPSIES, DATASET)})


def trained(
    registry: MlflowRegistry,
    tmp_path: Path,
    content: bytes,
    data: str = digest("7.7.7"),
    status: str = "FINISHED",
    metrics: Iterable[str] = ("auc",),
    uncommitted: str = "none",
) -> str:
    """The id of a run that logged a payload and the data it was trained on."""
    client = client_of(registry)
    registry.training_environment(TUMOUR)
    experiment = client.get_experiment_by_name(TUMOUR)
    run: str = client.create_run(experiment.experiment_id).info.run_id
    (tmp_path / "model.onnx").write_bytes(content)
    client.log_artifact(run, str(tmp_path / "model.onnx"), "model")
    for name in metrics:
        client.log_metric(run, name, 0.95)
    client.set_tag(run, f"data.{BIOPSIES}", data)
    client.set_tag(run, "code.uncommitted", uncommitted)
    client.set_terminated(run, status)
    return run


def digest_from(registry: MlflowRegistry, run: str) -> str:
    uri = registry.run(run).payload_uri
    return digest_of(store_for(uri).entries(uri))


@pytest.mark.parametrize("uncommitted", ["examples/training/clinic_tumour.py", "unknown"])
def test_a_run_of_code_that_was_not_committed_is_not_registered_as_the_commits(
    registry: MlflowRegistry, tmp_path: Path, uncommitted: str
) -> None:
    run = trained(registry, tmp_path, b"edited", uncommitted=uncommitted)
    with pytest.raises(Refusal, match=f"code that is not in its commit .*: {uncommitted}") as refused:
        register(declared(), registry, TUMOUR, "1.7.0", run)
    assert refused.value.fix == "commit the code, and train again"


@pytest.mark.parametrize(("text", "meant"), [("v1.0", "1.0.0"), ("1.3", "1.3.0"), ("latest", "MAJOR")])
def test_what_is_no_semantic_version_is_not_registered_and_the_one_meant_is_named(
    registry: MlflowRegistry, text: str, meant: str
) -> None:
    with pytest.raises(Refusal, match="is no semantic version") as refused:
        register(declared(), registry, TUMOUR, text, "0" * 32)
    assert f"write it as {meant}" in refused.value.fix


def test_a_run_becomes_a_version_with_its_lineage(registry: MlflowRegistry, tmp_path: Path) -> None:
    run = trained(registry, tmp_path, b"first")
    done = register(declared(), registry, TUMOUR, "1.0.0", run)
    assert registry.read().versions[TUMOUR]["1.0.0"] == done
    assert (done.lineage.run, dict(done.lineage.metrics)) == (run, {"auc": 0.95})
    assert done.ref.digest == digest_from(registry, run)


def test_registering_it_again_changes_nothing(registry: MlflowRegistry, tmp_path: Path) -> None:
    run = trained(registry, tmp_path, b"again")
    first = register(declared(), registry, TUMOUR, "1.1.0", run)
    assert register(declared(), registry, TUMOUR, "1.1.0", run) == first


def test_a_run_on_other_data_than_declared_is_refused(registry: MlflowRegistry, tmp_path: Path) -> None:
    run = trained(registry, tmp_path, b"other data", data=digest("6.6.6"))
    with pytest.raises(Refusal, match="was not trained on the declared data: clinic/biopsies") as said:
        register(declared(), registry, TUMOUR, "2.0.0", run)
    assert said.value.where.startswith("models/clinic/tumour.yaml:")
    assert "2.0.0" not in registry.read().versions.get(TUMOUR, {})


def test_bytes_that_differ_from_the_reviewed_pin_are_refused(
    registry: MlflowRegistry, tmp_path: Path
) -> None:
    run = trained(registry, tmp_path, b"not what was reviewed")
    with pytest.raises(Refusal, match="the artifact differs from the reviewed one") as said:
        register(declared(production=deployment("3.0.0")), registry, TUMOUR, "3.0.0", run)
    assert said.value.where.startswith("environments/production/clinic/tumour.yaml:")


def test_the_same_bytes_under_another_version_are_refused(registry: MlflowRegistry, tmp_path: Path) -> None:
    run = trained(registry, tmp_path, b"the same bytes")
    register(declared(), registry, TUMOUR, "4.0.0", run)
    with pytest.raises(Refusal, match=r"registered as clinic/tumour 4\.0\.0 already"):
        register(declared(), registry, TUMOUR, "4.1.0", run)


def test_the_bytes_of_another_declared_model_are_refused(registry: MlflowRegistry, tmp_path: Path) -> None:
    run = trained(registry, tmp_path, b"the bytes of another model")
    registered = register(declared(), registry, TUMOUR, "6.0.0", run)
    both = declared()
    other = both.models[TUMOUR]
    both = replace(both, models={**both.models, "clinic/lesion": other})
    with pytest.raises(Refusal, match=r"this artifact is clinic/tumour 6\.0\.0, and another model may not"):
        register(both, registry, "clinic/lesion", "1.0.0", run)
    renamed = replace(both, models={"clinic/lesion": other})
    assert register(renamed, registry, "clinic/lesion", "1.0.0", run).ref.digest == registered.ref.digest


def test_other_bytes_under_the_same_version_are_refused(registry: MlflowRegistry, tmp_path: Path) -> None:
    one, other = (trained(registry, tmp_path, content) for content in (b"one", b"other"))
    held = register(declared(), registry, TUMOUR, "5.0.0", one)
    with pytest.raises(Refusal, match=short_digest(held.ref.digest)):
        register(declared(), registry, TUMOUR, "5.0.0", other)


def test_an_unfinished_run_is_refused(registry: MlflowRegistry, tmp_path: Path) -> None:
    run = trained(registry, tmp_path, b"broken off", status="FAILED")
    with pytest.raises(Refusal, match=run):
        register(declared(), registry, TUMOUR, "6.0.0", run)


def test_an_unknown_model_is_refused_with_the_file_to_add(registry: MlflowRegistry) -> None:
    with pytest.raises(Refusal, match="there is no model clinic/other") as said:
        register(declared(), registry, "clinic/other", "1.0.0", "0" * 32)
    assert "models/clinic/other.yaml" in said.value.fix


def test_metrics_are_called_as_people_call_them(registry: MlflowRegistry, tmp_path: Path) -> None:
    names = {
        "val/auc",
        "Accuracy",
        "mean radius",
        "system/cpu_utilization_percentage",
        "f1 - macro",
        "ndcg_at.10",
    }
    run = trained(registry, tmp_path, b"many metrics", metrics=names)
    done = register(declared(), registry, TUMOUR, "6.2.0", run)
    assert set(done.lineage.metrics) == names
    found = registry.read().find(TUMOUR, "6.2.0")
    assert found
    text = new_document(Pinned("6.2.0", done.ref.digest, metrics=found.lineage.metrics), "a.yaml", None)
    assert set(read_pinned(text, "a.yaml").metrics) == names


def test_a_metric_that_no_document_can_hold_is_refused_before_there_is_a_version(
    registry: MlflowRegistry, tmp_path: Path
) -> None:
    run = trained(registry, tmp_path, b"a blank at the end", metrics=["auc "])
    with pytest.raises(Refusal, match="measured 'auc ', and no document can hold"):
        register(declared(), registry, TUMOUR, "6.1.0", run)
    assert registry.read().find(TUMOUR, "6.1.0") is None
