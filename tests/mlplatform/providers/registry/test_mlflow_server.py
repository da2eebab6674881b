"""A registry on a server: what goes wrong is said plainly and without a secret, and two that add at once make one."""

import threading
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from mlplatform.core.errors import Refusal
from mlplatform.core.payload import ArtifactRef, digest_of
from mlplatform.providers.artifacts import store_for
from mlplatform.providers.artifacts.interface import ArtifactError
from mlplatform.providers.artifacts.mlflow import place_of
from mlplatform.providers.registry.interface import RegisteredVersion, RegistryError
from mlplatform.providers.registry.mlflow import state
from mlplatform.providers.registry.mlflow.rest import RestClient
from mlplatform.providers.registry.mlflow.shared import SharedMlflowRegistry
from tests.support.mlflow_between import Between, between
from tests.support.mlflow_server import Running
from tests.support.payloads import FILES, files_below, onnx_model, write_payload
from tests.support.registries import LINEAGE, MODEL, add, connect, start_python
from tests.support.waiting import DEADLINE_SECONDS

pytestmark = pytest.mark.servers
_numbers = count(1)


@pytest.fixture
def proxy(mlflow: Running) -> Iterator[Between]:
    with between(mlflow.port) as made:
        yield made


@pytest.fixture
def shared(proxy: Between, tmp_path: Path) -> SharedMlflowRegistry:
    """A registry of the test's own, behind a proxy of its own."""
    made = connect(tmp_path, uri=proxy.url, prefix=f"t{next(_numbers)}.")
    assert isinstance(made, SharedMlflowRegistry)
    return made


def their_client(mlflow: Running) -> Any:
    """MLflow's own client: what a person or another tool has."""
    from mlflow.tracking import MlflowClient

    return MlflowClient(tracking_uri=mlflow.url, registry_uri=mlflow.url)


@pytest.mark.exhaustive
def test_two_that_add_the_same_at_once_make_one_version(
    shared: SharedMlflowRegistry, source: ArtifactRef, mlflow: Running
) -> None:
    added: list[Any] = []
    both = [threading.Thread(target=lambda: added.append(add(shared, "1.0.0", source))) for _ in range(4)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert len(added) == 4
    assert all(one == added[0] for one in added)
    name = shared.names.registered(MODEL)
    assert len(their_client(mlflow).search_model_versions(f"name = '{name}'")) == 1
    assert shared.read().versions == {MODEL: {"1.0.0": added[0]}}


@pytest.mark.exhaustive
def test_of_two_that_add_other_bytes_at_once_the_second_is_refused(
    shared: SharedMlflowRegistry, source: ArtifactRef, other: ArtifactRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first one's version appears right before the second one's, after both have looked."""
    create = RestClient.create_model_version
    waiting = [other]

    def overtaken(client: RestClient, *args: Any) -> Any:
        if waiting:
            add(shared, "1.0.0", waiting.pop())
        return create(client, *args)

    monkeypatch.setattr(RestClient, "create_model_version", overtaken)
    with pytest.raises(RegistryError, match=r"1\.0\.0 is registered as"):
        add(shared, "1.0.0", source)
    held = shared.read()
    assert held.versions[MODEL]["1.0.0"].ref.digest == other.digest
    assert held.notes == ()


def test_an_addition_whose_answer_was_lost_is_found_by_the_next_one(
    shared: SharedMlflowRegistry, proxy: Between, source: ArtifactRef
) -> None:
    with (
        proxy.broken("cut", lambda _, path: path.endswith("model-versions/create")),
        pytest.raises(RegistryError, match="ended the connection"),
    ):
        add(shared, "1.0.0", source)
    proxy.calls.clear()
    assert add(shared, "1.0.0", source) == shared.read().versions[MODEL]["1.0.0"]
    assert proxy.writes() == []


def test_an_upload_that_was_cut_off_registers_nothing_and_is_gone_on_with(
    shared: SharedMlflowRegistry, proxy: Between, source: ArtifactRef
) -> None:
    for fault in ("lost", "error", "cut"):
        with proxy.broken(fault, lambda method, _: method == "PUT"), pytest.raises(RegistryError):
            add(shared, "1.0.0", source)
        assert shared.read().versions == {}
    assert add(shared, "1.0.0", source).ref.digest == source.digest


def test_bytes_that_the_server_does_not_give_back_as_they_were_sent_are_not_registered(
    shared: SharedMlflowRegistry, proxy: Between, source: ArtifactRef
) -> None:
    with (
        proxy.broken("garbage", lambda method, path: method == "GET" and path.endswith("model.onnx")),
        pytest.raises(Refusal, match=r"model\.onnx was changed"),
    ):
        add(shared, "1.0.0", source)
    assert shared.read().versions == {}


def test_bytes_that_were_changed_on_the_server_are_refused_by_the_name_of_the_file(
    shared: SharedMlflowRegistry, mlflow: Running, source: ArtifactRef, tmp_path: Path
) -> None:
    ref = add(shared, "1.0.0", source).ref
    kept = mlflow.folder / "artifacts" / place_of(ref.uri)[1] / "model/labels"
    (kept / "names.txt").write_bytes(b"c")
    (kept / "more.txt").write_bytes(b"d")
    with pytest.raises(ArtifactError, match=r"labels/more\.txt was added, labels/names\.txt was changed"):
        store_for(ref.uri).fetch(ref, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()
    mended = shared.repair(RegisteredVersion(MODEL, "1.0.0", source, LINEAGE))
    store_for(mended.ref.uri).fetch(mended.ref, tmp_path / "copy")
    assert files_below(tmp_path / "copy") == FILES


def test_what_hands_made_of_a_version_on_the_server_is_put_right(
    shared: SharedMlflowRegistry, mlflow: Running, source: ArtifactRef
) -> None:
    from mlflow.tracking import MlflowClient

    added = add(shared, "1.0.0", source)
    client, name = MlflowClient(mlflow.url, mlflow.url), shared.names.registered(MODEL)
    (number,) = (str(held.version) for held in client.search_model_versions(f"name = '{name}'"))
    before = client.get_model_version(name, number).tags
    client.set_model_version_tag(name, number, "run", "another-run")
    client.delete_model_version_tag(name, number, "semver")
    client.set_model_version_tag(name, number, "note", "shown to the board")
    assert shared.read().find(MODEL, "1.0.0") is None
    assert shared.repair(added) == added
    assert shared.read().find(MODEL, "1.0.0") == added
    assert client.get_model_version(name, number).tags == {**before, "note": "shown to the board"}
    client.delete_model_version(name, number)
    assert shared.repair(added) == added, "one that was deleted is registered again"
    assert shared.read().find(MODEL, "1.0.0") == added


@pytest.mark.exhaustive
def test_mlflow_loads_what_was_registered(
    shared: SharedMlflowRegistry, mlflow: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import mlflow as theirs
    import numpy as np

    add(shared, "1.0.0", write_payload(tmp_path / "trained", {"model.onnx": onnx_model(3.0)}))
    shared.set_aliases(MODEL, "1.0.0", None)
    monkeypatch.chdir(tmp_path)
    theirs.set_tracking_uri(mlflow.url)
    try:
        loaded = theirs.pyfunc.load_model(f"models:/{shared.names.registered(MODEL)}@champion")
        assert loaded.predict(np.array([[1.0, 2.0]], np.float32))["Y"].tolist() == [[3.0, 6.0]]
    finally:
        theirs.set_tracking_uri(None)


def test_a_run_that_was_tracked_on_the_server_is_read_with_its_payload(
    shared: SharedMlflowRegistry, mlflow: Running, tmp_path: Path
) -> None:
    model = f"lab/model-{shared.names.prefix[:-1]}"
    said = shared.training_environment(model)
    assert said["MLFLOW_TRACKING_URI"] == shared.server.url
    client = their_client(mlflow)
    experiment = client.get_experiment_by_name(model)
    run = client.create_run(experiment.experiment_id)
    client.log_metric(run.info.run_id, "auc", 0.9)
    client.set_tag(run.info.run_id, "data.lab/points", "sha256:" + "0" * 64)
    trained = write_payload(tmp_path / "trained")
    client.log_artifacts(run.info.run_id, str(tmp_path / "trained/model"), "model")
    client.set_terminated(run.info.run_id)
    found = shared.run(run.info.run_id)
    assert (found.lineage.metrics, found.lineage.run) == ({"auc": 0.9}, run.info.run_id)
    assert found.lineage.data == {"lab/points": "sha256:" + "0" * 64}
    assert shared.add(model, "1.0.0", ArtifactRef(found.payload_uri, trained.digest), found.lineage)


@pytest.mark.exhaustive
def test_a_model_that_was_logged_on_the_server_as_mlflow_3_does_is_registered(
    shared: SharedMlflowRegistry, mlflow: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import mlflow as theirs
    from onnx import load_from_string

    model = f"lab/model-{shared.names.prefix[:-1]}"
    shared.training_environment(model)
    monkeypatch.chdir(tmp_path)
    theirs.set_tracking_uri(mlflow.url)
    try:
        theirs.set_experiment(model)
        with theirs.start_run() as run:
            theirs.onnx.log_model(load_from_string(onnx_model(3.0)), name="model")
    finally:
        theirs.set_tracking_uri(None)
    logged = shared.run(run.info.run_id)
    entries = store_for(logged.payload_uri).entries(logged.payload_uri, logged.payload_folder)
    ref = ArtifactRef(logged.payload_uri, digest_of(entries), logged.payload_folder)
    assert shared.add(model, "1.0.0", ref, logged.lineage).ref.digest == ref.digest


@pytest.mark.parametrize("wrong", ["https://evil.example.com/x", "file:///etc", "https://h/api/2.0/x/../.."])
def test_a_uri_that_is_no_folder_of_a_proxy_is_refused(wrong: str, tmp_path: Path) -> None:
    with pytest.raises(ArtifactError):
        store_for(wrong).fetch(ArtifactRef(wrong, "sha256:" + "0" * 64), tmp_path / "copy")


def test_bytes_that_lie_elsewhere_are_not_read(
    shared: SharedMlflowRegistry, mlflow: Running, source: ArtifactRef, tmp_path: Path
) -> None:
    add(shared, "1.0.0", source)
    held = shared.read().versions[MODEL]["1.0.0"]
    elsewhere = RestClient(shared.server)._uri("s3://bucket/path")
    with pytest.raises(ArtifactError, match="no artifact store reads unserved"):
        store_for(elsewhere).fetch(ArtifactRef(elsewhere, held.ref.digest), tmp_path / "copy")


def test_an_answer_that_trickles_ends_at_the_deadline(
    shared: SharedMlflowRegistry, proxy: Between, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "1")
    with proxy.broken("trickle"), pytest.raises(RegistryError, match="gave no answer within 1 s"):
        shared.read()


def test_credentials_are_sent_and_never_shown(
    shared: SharedMlflowRegistry, proxy: Between, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", "ada")
    monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", "hunter2")
    with proxy.broken("unauthorized"), pytest.raises(RegistryError) as refused:
        shared.read()
    assert proxy.authorizations == {"Basic YWRhOmh1bnRlcjI="}
    assert "does not let us in (401)" in str(refused.value)
    assert "MLFLOW_TRACKING_PASSWORD" in refused.value.fix
    assert not [secret for secret in ("hunter2", "YWRhOmh1bnRlcjI") if secret in str(refused.value)]
    monkeypatch.delenv("MLFLOW_TRACKING_PASSWORD")
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", "t0ken")
    shared.read()
    assert "Bearer t0ken" in proxy.authorizations


def test_credentials_are_not_sent_where_anybody_could_read_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", "t0ken")
    with pytest.raises(Refusal, match=r"the credentials for http://mlflow\.example\.com are not sent"):
        connect(tmp_path, uri="http://mlflow.example.com").read()


def test_nothing_is_lost_between_pages_and_a_page_that_comes_again_ends_the_reading(
    shared: SharedMlflowRegistry, source: ArtifactRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    for model in ("clinic/a-model", "clinic/b-model", "clinic/c-model"):
        add(shared, "1.0.0", source, model)
        shared.set_aliases(model, "1.0.0", None)
    whole = shared.read()
    assert len(whole.aliases) == 3
    monkeypatch.setattr(state, "_VERSIONS_A_PAGE", 2)
    monkeypatch.setattr(state, "_MODELS_A_PAGE", 1)
    assert shared.read() == whole
    search = RestClient.search_registered_models
    monkeypatch.setattr(
        RestClient,
        "search_registered_models",
        lambda self, **asked: search(self, **{**asked, "page_token": None}),
    )
    with pytest.raises(RegistryError, match="the same page again and again"):
        shared.read()


def test_reading_and_pointing_import_no_mlflow(
    shared: SharedMlflowRegistry, source: ArtifactRef, tmp_path: Path
) -> None:
    add(shared, "1.0.0", source)
    program = f"""
        import sys
        from pathlib import Path
        from tests.support.registries import MODEL, connect
        registry = connect(Path("."), uri={shared.server.url!r}, prefix={shared.names.prefix!r})
        registry.prepare()
        registry.set_aliases(MODEL, "1.0.0", None)
        print(registry.read().aliases, "mlflow" in sys.modules)
    """
    said, complained = start_python(program, tmp_path).communicate(timeout=DEADLINE_SECONDS)
    assert (said, complained) == (f"{{'{MODEL}': {{'champion': '1.0.0'}}}} False\n", "")


@pytest.mark.exhaustive
def test_many_aliases_are_moved_without_asking_for_each(
    shared: SharedMlflowRegistry, proxy: Between, source: ArtifactRef, other: ArtifactRef
) -> None:
    models = [f"clinic/model-{number:02}" for number in range(20)]
    for model in models:
        add(shared, "1.0.0", source, model)
        add(shared, "1.1.0", other, model)
        shared.set_aliases(model, "1.0.0", None)
    again = SharedMlflowRegistry(shared.server, shared.names)
    proxy.calls.clear()
    for model in models:
        again.set_aliases(model, "1.1.0", "1.0.0")
        again.set_aliases(model, "1.1.0", "1.0.0")
    assert len(proxy.writes()) == 2 * len(models)
    wanted = {"champion": "1.1.0", "previous": "1.0.0"}
    assert shared.read().aliases == dict.fromkeys(models, wanted)
    with pytest.raises(RegistryError, match=r"9\.9\.9 is not in this registry"):
        again.set_aliases(models[0], "9.9.9", None)
