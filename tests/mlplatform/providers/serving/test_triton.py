"""Triton behind the gateway: what goes wrong is refused in a sentence, and what was serving keeps serving."""

import json
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from onnx import TensorProto, helper

from mlplatform.core.payload import short_digest
from mlplatform.core.target import EnvironmentPaths, LocalTarget
from mlplatform.local import stack
from mlplatform.providers.serving.interface import Candidate, Pending, Ready, ServingError
from mlplatform.providers.serving.ports import write_ports
from mlplatform.providers.serving.triton import TritonServing, waiting
from mlplatform.providers.serving.triton.config import upstream_name
from mlplatform.providers.serving.triton.gateway import GatewayClient
from mlplatform.providers.serving.triton.ports import NAMES, read_triton_ports
from tests.support.payloads import snapshot
from tests.support.stack import (
    ENVIRONMENT,
    ask,
    candidate,
    finish,
    infer_body,
    new_model,
    onnx_bytes,
    scaling_model,
    signature,
    tensor,
)
from tests.support.traffic import Traffic
from tests.support.waiting import wait_until

pytestmark = pytest.mark.servers


@pytest.fixture
def serving(paths: EnvironmentPaths) -> TritonServing:
    return TritonServing.at(paths)


def scaled(folder: Path, model: str, version: str, scale: float, **more: Any) -> Candidate:
    return candidate(folder, model, version, scaling_model(scale), **more)


def serve(serving: TritonServing, version: Candidate) -> Candidate:
    finish(lambda: serving.ensure(version))
    serving.probe(version)
    finish(lambda: serving.route(version.model, {version.ref.digest: 100}))
    return version


def answer_of(serving: TritonServing, model: str) -> float:
    status, said = ask(serving.url(model))
    assert status == 200, said
    return float(said["outputs"][0]["data"][0])


def model_folder(paths: EnvironmentPaths, version: Candidate) -> Path:
    return paths.model_repository / f"{version.model.replace('/', '.')}.{short_digest(version.ref.digest)}"


def one_node(
    node: str, inputs: list[str], shape: list[int | None], constants: dict[str, list[float]]
) -> bytes:
    """ONNX: Y = node(X, constants)."""
    graph = helper.make_graph(
        [helper.make_node(node, inputs, ["Y"])],
        "one node",
        [helper.make_tensor_value_info("X", TensorProto.FLOAT, [None, 4])],
        [helper.make_tensor_value_info("Y", TensorProto.FLOAT, shape)],
        [
            helper.make_tensor(name, TensorProto.FLOAT, [len(values)], values)
            for name, values in constants.items()
        ],
    )
    return onnx_bytes(graph)


def test_no_request_fails_while_versions_are_swapped_and_retired(
    serving: TritonServing, tmp_path: Path
) -> None:
    model = new_model()
    versions = [scaled(tmp_path, model, f"1.{n}.0", 2.0 + n) for n in range(3)]
    serve(serving, versions[0])
    with Traffic(serving.url(model), infer_body()) as traffic:
        for old, new in pairwise(versions):
            traffic.wait_for(old.version, 50)
            serve(serving, new)
            while isinstance(serving.retire(model, old.ref.digest), Pending):
                pass
            traffic.wait_for(new.version, 50)
    assert traffic.failures == []
    assert sum(traffic.answers.values()) >= 200
    assert [held.version for held in serving.observe().versions_of(model)] == ["1.2.0"]


def instances_of(paths: EnvironmentPaths, upstream: str) -> list[int]:
    """The processes that the instances of a loaded model are."""
    folder = f"{paths.model_repository}/{upstream}/".encode()
    lines = {process: command_line(process) for process in Path("/proc").glob("[0-9]*")}
    stubs = {process: line for process, line in lines.items() if line[0].endswith(b"_stub")}
    return [int(process.name) for process, line in stubs.items() if line[1].startswith(folder)]


def command_line(process: Path) -> list[bytes]:
    try:
        return (process / "cmdline").read_bytes().split(b"\0")
    except OSError:  # it has ended
        return [b""]


@pytest.mark.exhaustive
def test_a_version_is_not_unloaded_while_a_request_is_on_its_way_to_it(
    serving: TritonServing, paths: EnvironmentPaths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = new_model()
    old, new = scaled(tmp_path, model, "1.0.0", 2), scaled(tmp_path, model, "1.1.0", 3)
    serve(serving, new)
    serve(serving, old)
    ports, upstream = read_triton_ports(paths), upstream_name(model, old.ref.digest)
    assert ports
    gateway = GatewayClient.of(paths, ports)
    (instance,) = instances_of(paths, upstream)
    with monkeypatch.context() as patch, ThreadPoolExecutor(1) as pool:
        patch.setattr(waiting, "SECONDS", 0.1)
        os.kill(instance, signal.SIGSTOP)
        try:
            asked = pool.submit(ask, serving.url(model))
            wait_until(lambda: gateway.state().inflight)
            finish(lambda: serving.route(model, {new.ref.digest: 100}))
            assert serving.retire(model, old.ref.digest) == Pending(
                f"requests are still on their way to {upstream}"
            )
            assert not asked.done()
        finally:
            os.kill(instance, signal.SIGCONT)
        assert asked.result()[0] == 200
    finish(lambda: serving.retire(model, old.ref.digest))


def test_a_version_that_fails_to_load_leaves_the_old_one_serving_and_nothing_behind(
    serving: TritonServing, paths: EnvironmentPaths, tmp_path: Path
) -> None:
    model = new_model()
    good = serve(serving, scaled(tmp_path, model, "1.0.0", 2))
    bad = candidate(tmp_path, model, "1.1.0", b"not a model")
    for _ in range(2):
        with pytest.raises(ServingError, match=f"Triton could not load {model} 1.1.0: "):
            serving.ensure(bad)
    assert not model_folder(paths, bad).exists()
    assert [held.digest for held in serving.observe().versions_of(model)] == [good.ref.digest]
    assert answer_of(serving, model) == 2.0


@pytest.mark.parametrize(
    ("content", "shape", "reason"),
    [
        (scaling_model(2), [-1, 3], r"Y has the shape \[1, 4\] and the signature says \[-1, 3\]"),
        (scaling_model(2), [-1], r"Y has the shape \[1, 4\] and the signature says \[-1\]"),
        (
            one_node("Div", ["X", "zero"], [None, 4], {"zero": [0.0]}),
            [-1, 4],
            "Y holds a number that is not finite",
        ),
    ],
    ids=["wrong columns", "wrong rank", "not a number"],
)
def test_a_model_that_answers_otherwise_than_it_signed_is_caught_by_the_probe(
    serving: TritonServing, tmp_path: Path, content: bytes, shape: list[int], reason: str
) -> None:
    signed = signature([tensor("X", [-1, 4])], [tensor("Y", shape)])
    version = candidate(tmp_path, new_model(), "1.0.0", content, signed)
    serving.ensure(version)
    with pytest.raises(ServingError, match=reason):
        serving.probe(version)


def test_a_model_of_another_type_than_it_signed_is_caught_by_the_probe(
    serving: TritonServing, tmp_path: Path
) -> None:
    signed = signature([tensor("X", [-1, 4])], [tensor("Y", [-1, 4], "FP64")])
    version = candidate(tmp_path, new_model(), "1.0.0", scaling_model(2), signed)
    serving.ensure(version)
    with pytest.raises(ServingError, match="Y is FP32 and the signature says FP64"):
        serving.probe(version)


def test_the_probe_tells_a_version_that_runs_under_anothers_name(
    serving: TritonServing, paths: EnvironmentPaths, tmp_path: Path
) -> None:
    version = scaled(tmp_path, new_model(), "1.0.0", 2)
    serving.ensure(version)
    with pytest.raises(ServingError, match=r"runs with the version 1\.0\.0 and should with 1\.0\.1"):
        serving.probe(replace(version, version="1.0.1"))


@pytest.mark.exhaustive
def test_a_folder_left_by_a_crash_is_verified_and_made_anew_where_its_bytes_are_wrong(
    serving: TritonServing, paths: EnvironmentPaths, tmp_path: Path
) -> None:
    model = new_model()
    version = serve(serving, scaled(tmp_path, model, "1.0.0", 2))
    serving.route(model, {})
    serving.retire(model, version.ref.digest)
    left = model_folder(paths, version)
    (left / "1" / "payload" / "model").mkdir(parents=True)
    (left / "1" / "payload" / "model" / "model.onnx").write_bytes(scaling_model(666))
    serve(serving, version)
    assert answer_of(serving, model) == 2.0


@pytest.mark.exhaustive
def test_more_instances_are_loaded_without_a_failing_request(serving: TritonServing, tmp_path: Path) -> None:
    model = new_model()
    version = serve(serving, scaled(tmp_path, model, "1.0.0", 2))
    with Traffic(serving.url(model), infer_body()) as traffic:
        traffic.wait_for("1.0.0", 50)
        serve(serving, replace(version, instances=2))
        traffic.wait_for("1.0.0", 50)
    assert traffic.failures == []


def test_nothing_is_written_when_nothing_changes(
    serving: TritonServing, paths: EnvironmentPaths, tmp_path: Path
) -> None:
    version = serve(serving, scaled(tmp_path, new_model(), "1.0.0", 2))
    before = snapshot(paths.routes.parent)
    serve(serving, version)
    serving.observe()
    assert snapshot(paths.routes.parent) == before


@pytest.mark.exhaustive
def test_routes_that_the_gateway_refuses_are_put_back(
    serving: TritonServing, paths: EnvironmentPaths, tmp_path: Path
) -> None:
    model = new_model()
    serve(serving, scaled(tmp_path, model, "1.0.0", 2))
    odd = scaled(tmp_path, model, "1.0.0-01", 3)  # semver has no leading zeros
    serving.ensure(odd)
    with pytest.raises(ServingError, match=r"does not follow the routes: .*1\.0\.0-01"):
        serving.route(model, {odd.ref.digest: 100})
    assert "1.0.0-01" not in paths.routes.read_text()
    other = serve(serving, scaled(tmp_path, new_model(), "1.0.0", 5))
    assert (answer_of(serving, model), answer_of(serving, other.model)) == (2.0, 5.0)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda file: file.unlink(),
        lambda file: file.write_text("{"),
        lambda file: file.write_text(file.read_text().replace('"weight": 100', '"weight": 50')),
        lambda file: file.write_text(
            json.dumps({**json.loads(file.read_text()), "generation": 1, "models": {}})
        ),
    ],
    ids=["lost", "torn", "edited by hand", "older"],
)
def test_a_spoiled_route_file_changes_no_answer_and_the_next_route_mends_it(
    serving: TritonServing, paths: EnvironmentPaths, tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    first = serve(serving, scaled(tmp_path, new_model(), "1.0.0", 2))
    spoil(paths.routes)
    assert answer_of(serving, first.model) == 2.0
    second = serve(serving, scaled(tmp_path, new_model(), "1.0.0", 3))
    assert (answer_of(serving, first.model), answer_of(serving, second.model)) == (2.0, 3.0)
    assert serving.observe().weights[first.model] == {first.ref.digest: 100}


@pytest.mark.parametrize("key", ["upstreamModel", "version", "upstream"])
def test_a_route_that_was_changed_by_hand_is_not_taken_for_the_version_that_it_names(
    serving: TritonServing, paths: EnvironmentPaths, tmp_path: Path, key: str
) -> None:
    model = new_model()
    right, other = (
        scaled(tmp_path, model, version, scale) for version, scale in (("1.0.0", 2), ("1.1.0", 3))
    )
    assert serving.ensure(other) == Ready()
    serve(serving, right)
    said = json.loads(paths.routes.read_text())
    said["generation"] += 1
    route = said["models"][model.replace("/", ".")]["routes"][0]
    wrong = {
        "upstreamModel": upstream_name(model, other.ref.digest),
        "version": "9.9.9",
        "upstream": "127.0.0.1:9",
    }
    (said if key == "upstream" else route)[key] = wrong[key]
    paths.routes.write_text(json.dumps(said))
    gateway = GatewayClient.of(paths, read_triton_ports(paths) or pytest.fail("no ports"))
    wait_until(lambda: gateway.state().generation == said["generation"])
    assert right.ref.digest not in serving.observe().weights[model]
    finish(lambda: serving.route(model, {right.ref.digest: 100}))
    assert serving.observe().weights[model] == {right.ref.digest: 100}
    assert answer_of(serving, model) == 2.0


def test_models_that_begin_alike_are_told_apart(serving: TritonServing, tmp_path: Path) -> None:
    model = new_model()
    short_name = serve(serving, scaled(tmp_path, model, "1.0.0", 2))
    long_name = serve(serving, scaled(tmp_path, f"{model}-b", "1.0.0", 3))
    observation = serving.observe()
    assert [held.digest for held in observation.versions_of(model)] == [short_name.ref.digest]
    assert [held.digest for held in observation.versions_of(long_name.model)] == [long_name.ref.digest]


def test_before_the_first_start_one_is_told_to_start(tmp_path: Path) -> None:
    serving = TritonServing.at(LocalTarget(tmp_path).environment("production"))
    with pytest.raises(ServingError, match="no servers have been started for production: run `platform up`"):
        serving.observe()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("server", "words"), [("triton", "Triton"), ("gateway", "the gateway")])
def test_a_server_that_is_down_is_named_and_nothing_is_written(
    target: LocalTarget, tmp_path: Path, server: str, words: str
) -> None:
    stack.start(target, ENVIRONMENT)
    paths = target.environment(ENVIRONMENT)
    serving = TritonServing.at(paths)
    version = serve(serving, scaled(tmp_path, new_model(), "1.0.0", 2))
    os.kill(stack.state(paths)[server], signal.SIGKILL)
    before = snapshot(paths.routes.parent)
    refused = rf"{words} of {ENVIRONMENT} at 127\.0\.0\.1:[0-9]+ does not answer .*: run `platform up`"
    with pytest.raises(ServingError, match=refused):
        serving.observe()
    with pytest.raises(ServingError, match=refused):
        serving.route(version.model, {version.ref.digest: 100} if server == "triton" else {})
    with pytest.raises(ServingError, match=refused):
        serving.retire(version.model, "sha256:" + "0" * 64)
    assert snapshot(paths.routes.parent) == before


@contextmanager
def answering(said: bytes) -> Iterator[int]:
    """A server that says the same to everybody; its port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    connection.recv(65536)
                    connection.sendall(said)
                    connection.shutdown(socket.SHUT_WR)
                    while connection.recv(65536):  # closing with something unread would reset what was said
                        pass

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (b"SSH-2.0-OpenSSH_9.2\r\n", "does not answer in HTTP"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n<xml>", "answered something else than JSON"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\n[1,2,3]", "cannot be read"),
        (
            b'HTTP/1.1 200 OK\r\ncontent-length: 90\r\n\r\n{"',
            "ended the connection in its answer: see its log",
        ),
        (b"HTTP/1.1 500 Oh\r\ncontent-length: 3\r\n\r\nno!", "refused: no!"),
        (b"", "does not answer"),
    ],
    ids=["not HTTP", "not JSON", "no index", "cut short", "an error", "nothing"],
)
def test_garbage_is_an_error_and_no_empty_observation(tmp_path: Path, said: bytes, reason: str) -> None:
    paths = LocalTarget(tmp_path).environment("production")
    paths.folder.mkdir(parents=True)
    with answering(said) as port:
        write_ports(paths, dict.fromkeys(NAMES, port))
        with pytest.raises(ServingError, match=reason):
            TritonServing.at(paths).observe()


@pytest.mark.parametrize("text", ["{", "[]", '{"schema": "ports/v1"}', '{"schema": "ports/v2", "triton": 1}'])
def test_a_broken_file_of_ports_is_an_error_that_names_it(tmp_path: Path, text: str) -> None:
    paths = LocalTarget(tmp_path).environment("production")
    paths.folder.mkdir(parents=True)
    paths.ports.write_text(text)
    with pytest.raises(ServingError, match=r"the ports of production cannot be read from .*ports\.json"):
        TritonServing.at(paths).observe()


def test_the_url_is_the_gateways(serving: TritonServing, paths: EnvironmentPaths) -> None:
    ports = read_triton_ports(paths)
    assert ports is not None
    assert serving.url("clinic/tumour") == f"http://127.0.0.1:{ports.gateway}/v2/models/clinic.tumour/infer"
