"""Adding: bytes first, then the version with all its tags; a death in between leaves nothing that is believed."""

import hashlib
import signal
from pathlib import Path
from typing import Any

import pytest

from mlplatform.core.errors import Refusal
from mlplatform.core.payload import MANIFEST_NAME, ArtifactRef, digest_of_bytes
from mlplatform.providers.registry.interface import Lineage, RegistryError
from mlplatform.providers.registry.mlflow import MlflowRegistry
from tests.support.payloads import files_below, onnx_model, write_payload
from tests.support.registries import LINEAGE, MODEL, add, client_of, mlflow_registry, start_python

VERSIONS = ("1.0.0", "1.1.0", "1.2.0")


def kept(registry: MlflowRegistry) -> list[str]:
    """The names in the model's folder."""
    home = registry.artifacts / "clinic.tumour"
    return sorted(path.name for path in home.iterdir()) if home.exists() else []


def test_the_tags_say_everything(registry: MlflowRegistry, client: Any, source: ArtifactRef) -> None:
    add(registry, "1.0.0", source)
    version = client.get_model_version("clinic.tumour", "1")
    assert version.tags == {
        "semver": "1.0.0",
        "digest": source.digest,
        "run": LINEAGE.run,
        "commit": "c" * 40,
        "data.clinic/biopsies": "sha256:" + "d" * 64,
        "metric.auc": "0.30000000000000004",
        "metric.loss": "1e-300",
        "approved_by": "ada,grace",
        "change": "e" * 40,
        "idempotency_key": hashlib.sha256(f"{MODEL}\0001.0.0\0{source.digest}".encode()).hexdigest(),
    }


def test_mlflow_downloads_from_where_the_reference_points(
    registry: MlflowRegistry, client: Any, source: ArtifactRef
) -> None:
    added = add(registry, "1.0.0", source)
    assert client.get_model_version_download_uri("clinic.tumour", "1") == added.ref.uri


def test_the_payload_lies_under_its_digest_with_the_manifest_beside_it(
    registry: MlflowRegistry, source: ArtifactRef
) -> None:
    add(registry, "1.0.0", source)
    assert kept(registry) == [source.digest.removeprefix("sha256:")]
    manifest = next(registry.artifacts.rglob(MANIFEST_NAME)).read_bytes()
    assert digest_of_bytes(manifest) == source.digest


def test_a_source_without_a_manifest_gets_one(registry: MlflowRegistry, tmp_path: Path) -> None:
    add(registry, "1.0.0", write_payload(tmp_path / "run", with_manifest=False))
    assert list(registry.artifacts.rglob(MANIFEST_NAME))


@pytest.mark.parametrize("reference", ["models:/clinic.tumour@champion", "models:/clinic.tumour/1"])
def test_mlflow_loads_what_was_registered_and_its_traces_do_not_change_the_digest(
    registry: MlflowRegistry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reference: str
) -> None:
    import mlflow
    import numpy as np

    added = add(registry, "1.0.0", write_payload(tmp_path / "trained", {"model.onnx": onnx_model(3.0)}))
    registry.set_aliases(MODEL, "1.0.0", None)
    monkeypatch.chdir(tmp_path)
    mlflow.set_tracking_uri(f"sqlite:///{registry.database}")
    try:
        answer = mlflow.pyfunc.load_model(reference).predict(np.array([[1.0, 2.0]], dtype=np.float32))
        assert answer["Y"].tolist() == [[3.0, 6.0]]
        assert mlflow.onnx.load_model(reference).graph.name == "model"
    finally:
        mlflow.set_tracking_uri(None)
    assert list(registry.artifacts.rglob("registered_model_meta"))
    assert registry.read().find(MODEL, "1.0.0") == added
    registry.add(MODEL, "1.0.1", added.ref, LINEAGE)


def test_mlflow_loads_a_model_whose_weights_lie_beside_it(
    registry: MlflowRegistry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import mlflow
    import numpy as np
    from onnx import TensorProto, helper, numpy_helper
    from onnx.external_data_helper import set_external_data

    weights = numpy_helper.from_array(np.arange(400, dtype=np.float32), "w")
    data = weights.raw_data
    set_external_data(weights, "weights/w.bin")
    weights.ClearField("raw_data")
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [400]) for name in "XY"]
    graph = helper.make_graph(
        [helper.make_node("Add", ["X", "w"], ["Y"])], "g", ends[:1], ends[1:], [weights]
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    files = {"model.onnx": model.SerializeToString(), "weights/w.bin": data, "MLmodel": b"of the run"}
    add(registry, "1.0.0", write_payload(tmp_path / "trained", files))
    registry.set_aliases(MODEL, "1.0.0", None)
    monkeypatch.chdir(tmp_path)
    mlflow.set_tracking_uri(f"sqlite:///{registry.database}")
    try:
        loaded = mlflow.pyfunc.load_model("models:/clinic.tumour@champion")
        assert loaded.predict({"X": np.ones(400, dtype=np.float32)})["Y"].tolist() == list(range(1, 401))
    finally:
        mlflow.set_tracking_uri(None)


def test_a_payload_of_another_format_is_registered_as_files(registry: MlflowRegistry, tmp_path: Path) -> None:
    add(registry, "1.0.0", write_payload(tmp_path / "trained", {"a.onnx": b"1", "b.onnx": b"2"}))
    assert not list(registry.artifacts.rglob("MLmodel"))


@pytest.mark.exhaustive
def test_two_processes_that_prepare_and_add_the_same_at_once_make_one_version(
    source: ArtifactRef, tmp_path: Path
) -> None:
    program = f"""
        import mlflow
        from pathlib import Path
        from mlplatform.core.payload import ArtifactRef
        from tests.support.registries import add, mlflow_registry
        print("ready", flush=True)
        input()
        registry = mlflow_registry(Path({str(tmp_path / "shared")!r}))
        for version in {VERSIONS!r}:
            print(add(registry, version, ArtifactRef({source.uri!r}, {source.digest!r})))
    """
    other = start_python(program, tmp_path)
    assert other.stdout
    assert other.stdout.readline() == "ready\n", other.communicate()
    assert other.stdin
    print("go", file=other.stdin, flush=True)
    registry = mlflow_registry(tmp_path / "shared")
    added = [add(registry, version, source) for version in VERSIONS]
    said, complained = other.communicate()
    assert said.splitlines() == [str(version) for version in added], complained
    assert len(client_of(registry).search_model_versions()) == len(VERSIONS)
    assert kept(registry) == [source.digest.removeprefix("sha256:")]


DEATHS = {
    "1.0.0": "mlflow.tracking.MlflowClient.create_model_version",  # the bytes are there and MLflow does not know them
    "1.1.0": "mlplatform.providers.registry.mlflow.payloads.sync_folder",  # the draft is written and has no name yet
}


@pytest.mark.exhaustive
def test_an_addition_that_died_left_no_version_and_the_next_one_finishes(
    registry: MlflowRegistry, source: ArtifactRef, other: ArtifactRef, tmp_path: Path
) -> None:
    program = f"""
        import os
        from pathlib import Path
        from unittest import mock
        from mlplatform.core.payload import ArtifactRef
        from mlplatform.providers.registry.mlflow import MlflowRegistry
        from tests.support.registries import add, mlflow_registry
        refs = {{"1.0.0": {(source.uri, source.digest)!r}, "1.1.0": {(other.uri, other.digest)!r}}}
        for version, where in {DEATHS!r}.items():
            if child := os.fork():
                print(os.WTERMSIG(os.waitpid(child, 0)[1]))
                continue
            registry = mlflow_registry(Path({str(tmp_path / "development")!r}))
            with mock.patch(where, lambda *_, **__: os.kill(os.getpid(), 9)):
                add(registry, version, ArtifactRef(*refs[version]))
            os._exit(0)
    """
    died = start_python(program, tmp_path)
    assert died.communicate() == (f"{signal.SIGKILL:d}\n" * 2, "")
    assert [name[0] == "." for name in kept(registry)] == [True, False]
    assert registry.read().versions == {}
    added = {version: add(registry, version, ref) for version, ref in (("1.0.0", source), ("1.1.0", other))}
    assert registry.read().versions == {MODEL: added}
    assert kept(registry) == sorted(ref.digest.removeprefix("sha256:") for ref in (source, other))


def test_bytes_that_lie_there_damaged_are_refused_by_the_name_of_the_file(
    registry: MlflowRegistry, source: ArtifactRef
) -> None:
    add(registry, "1.0.0", source)
    (registry.artifacts / "clinic.tumour" / source.digest[7:] / "model/labels/names.txt").write_bytes(b"c")
    with pytest.raises(RegistryError, match=r"labels/names\.txt was changed"):
        add(registry, "1.1.0", source)
    assert list(registry.read().versions[MODEL]) == ["1.0.0"]


def test_a_refused_addition_leaves_no_files(
    registry: MlflowRegistry, source: ArtifactRef, tmp_path: Path
) -> None:
    (tmp_path / "trained/model/model.onnx").write_bytes(b"weightZ")
    with pytest.raises(Refusal, match=r"model\.onnx was changed"):
        add(registry, "1.0.0", source)
    assert files_below(registry.artifacts) == {}
    assert kept(registry) == []


def test_a_version_with_damaged_tags_is_not_registered_a_second_time(
    registry: MlflowRegistry, client: Any, source: ArtifactRef
) -> None:
    add(registry, "1.0.0", source)
    client.set_model_version_tag("clinic.tumour", "1", "digest", "sha256:?")
    with pytest.raises(RegistryError, match="tag digest"):
        add(registry, "1.0.0", source)
    assert len(client.search_model_versions()) == 1


@pytest.mark.parametrize(
    ("lineage", "says"),
    [
        (Lineage(metrics={"auc": float("nan")}), r"metrics\.auc"),
        (Lineage(metrics={"loss": float("inf")}), r"metrics\.loss"),
        (Lineage(data={"biopsies": "sha256:" + "0" * 64}), r"data\.biopsies"),
        (Lineage(data={"clinic/biopsies": "abc"}), r"data\.clinic/biopsies"),
        (Lineage(commit="HEAD"), "commit"),
    ],
)
def test_a_lineage_that_could_not_be_read_back_is_refused_before_anything_is_written(
    registry: MlflowRegistry, source: ArtifactRef, lineage: Lineage, says: str
) -> None:
    with pytest.raises(RegistryError, match=says):
        registry.add(MODEL, "1.0.0", source, lineage)
    assert kept(registry) == []


def test_a_metric_that_mlflow_cannot_name_is_a_refusal_and_no_version(
    registry: MlflowRegistry, source: ArtifactRef
) -> None:
    with pytest.raises(RegistryError, match=r"registering clinic/tumour 1\.0\.0 failed"):
        registry.add(MODEL, "1.0.0", source, Lineage(metrics={"a?b": 1.0}))
    assert registry.read().versions == {}
