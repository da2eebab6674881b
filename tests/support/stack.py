"""A real stack (Triton and the gateway) in a temporary target, and tiny ONNX models to serve with it."""

import http.client
import json
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from mlplatform.core.kinds.model import Signature, TensorType
from mlplatform.core.target import EnvironmentPaths, LocalTarget
from mlplatform.local import stack
from mlplatform.providers.serving.interface import Candidate, Pending, Ready
from mlplatform.providers.serving.triton.programs import serving_folder
from tests.support.payloads import write_payload
from tests.support.waiting import DEADLINE_SECONDS, wait_until

ENVIRONMENT = "development"
COLUMNS = 4
_numbers = count(1)


def tensor(name: str, shape: Sequence[int], type_: TensorType = "FP32") -> dict[str, Any]:
    """A tensor of a signature."""
    return {"name": name, "type": type_, "shape": list(shape)}


def signature(inputs: Sequence[dict[str, Any]], outputs: Sequence[dict[str, Any]]) -> Signature:
    return Signature.model_validate({"inputs": list(inputs), "outputs": list(outputs)})


SCALING = signature([tensor("X", [-1, COLUMNS])], [tensor("Y", [-1, COLUMNS])])


def scaling_model(scale: float, takes: str = "X") -> bytes:
    """ONNX: Y = X * scale, so that an answer tells which version computed it; `takes`: the input's name."""
    from onnx import TensorProto, helper

    shape = [None, COLUMNS]
    graph = helper.make_graph(
        [helper.make_node("Mul", [takes, "scale"], ["Y"])],
        "scaling",
        [helper.make_tensor_value_info(takes, TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("Y", TensorProto.FLOAT, shape)],
        [helper.make_tensor("scale", TensorProto.FLOAT, [], [scale])],
    )
    return onnx_bytes(graph)


def onnx_bytes(graph: Any) -> bytes:
    from onnx import checker, helper

    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    checker.check_model(model)
    return bytes(model.SerializeToString())


def candidate(
    folder: Path,
    model: str,
    version: str,
    content: bytes,
    signed: Signature = SCALING,
    instances: int = 1,
) -> Candidate:
    """A version to serve, its payload written below `folder`."""
    ref = write_payload(folder / model / version, {"model.onnx": content})
    return Candidate(model, version, ref, "onnx", signed, instances)


def finish(call: Callable[[], Ready | Pending]) -> None:
    """Ask a provider until it has done it: on a busy machine it may answer Pending for a while."""
    wait_until(lambda: isinstance(call(), Ready), "the end of what a provider calls pending")


def new_model() -> str:
    """A `tenant/model` that no other test of this process uses."""
    return f"lab/model-{next(_numbers)}"


def ask(url: str, rows: int = 1) -> tuple[int, dict[str, Any]]:
    """Status and JSON of an inference of ones."""
    place = urlsplit(url)
    connection = http.client.HTTPConnection(str(place.hostname), place.port, timeout=DEADLINE_SECONDS)
    try:
        connection.request("POST", place.path, infer_body(rows))
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    finally:
        connection.close()


def infer_body(rows: int = 1) -> bytes:
    """A JSON request of rows times COLUMNS ones."""
    data = [1.0] * (rows * COLUMNS)
    return json.dumps(
        {"inputs": [{"name": "X", "shape": [rows, COLUMNS], "datatype": "FP32", "data": data}]}
    ).encode()


def needs_serving() -> None:
    """Skip, with the reason, where the serving environment has not been built."""
    if not serving_folder().is_dir():
        pytest.skip(f"there is no serving environment at {serving_folder()}: `make test` builds it")


def end_servers(target: LocalTarget) -> None:
    """End every server of a target, without the 3 s that Triton takes to end in peace."""
    for name in stack.started_environments(target):
        for pid in stack.state(target.environment(name)).values():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    stack.stop_all(target, stack.started_environments(target))  # what they left


@contextmanager
def servers(target: LocalTarget, *environments: str) -> Iterator[None]:
    """Servers of these environments while the body runs."""
    needs_serving()
    try:
        stack.start_all(target, environments)
        yield
    finally:
        end_servers(target)


@pytest.fixture
def target(tmp_path: Path) -> Iterator[LocalTarget]:
    """A target of the test's own; what was started in it is ended."""
    needs_serving()
    found = LocalTarget(tmp_path)
    yield found
    end_servers(found)


@pytest.fixture(scope="session")
def paths(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EnvironmentPaths]:
    """The running environment that the tests of a session share; each uses models of its own."""
    target = LocalTarget(tmp_path_factory.mktemp("shared"))
    with servers(target, ENVIRONMENT):
        yield target.environment(ENVIRONMENT)
