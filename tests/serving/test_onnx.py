"""What tools/serving/onnx/model.py answers inside a real Triton."""

import http.client
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from onnx import TensorProto, helper

from mlplatform.core.kinds.model import TensorType
from mlplatform.core.target import EnvironmentPaths
from mlplatform.providers.serving.interface import Candidate, ServingError
from mlplatform.providers.serving.triton import TritonServing
from tests.support.payloads import write_payload
from tests.support.stack import SCALING, candidate, new_model, onnx_bytes, scaling_model, signature, tensor

pytestmark = pytest.mark.servers


@pytest.fixture
def serving(paths: EnvironmentPaths) -> TritonServing:
    return TritonServing.at(paths)


def identity(types: Sequence[tuple[str, int]]) -> bytes:
    """ONNX: the outputs Y0, Y1, … are the inputs X0, X1, … of these names' ONNX types, each [-1, 2]."""
    tensors = [
        [
            helper.make_tensor_value_info(f"{letter}{n}", type_, [None, 2])
            for n, (_, type_) in enumerate(types)
        ]
        for letter in "XY"
    ]
    nodes = [helper.make_node("Identity", [f"X{n}"], [f"Y{n}"]) for n in range(len(types))]
    return onnx_bytes(helper.make_graph(nodes, "identity", *tensors))


def served(serving: TritonServing, version: Candidate) -> Candidate:
    serving.ensure(version)
    serving.probe(version)
    serving.route(version.model, {version.ref.digest: 100})
    return version


def infer(
    url: str, inputs: Sequence[dict[str, Any]], outputs: Sequence[str] = ()
) -> tuple[int, dict[str, Any]]:
    said: dict[str, Any] = {"inputs": list(inputs)}
    if outputs:
        said["outputs"] = [{"name": name} for name in outputs]
    place = urlsplit(url)
    connection = http.client.HTTPConnection(str(place.hostname), place.port, timeout=20)
    connection.request("POST", place.path, json.dumps(said))
    response = connection.getresponse()
    answer = response.status, json.loads(response.read())
    connection.close()
    return answer


def given(name: str, type_: str, shape: Sequence[int], data: Sequence[Any]) -> dict[str, Any]:
    return {"name": name, "datatype": type_, "shape": list(shape), "data": list(data)}


def test_every_type_of_a_signature_goes_through_unchanged(serving: TritonServing, tmp_path: Path) -> None:
    types: list[tuple[TensorType, int, list[Any]]] = [
        ("BOOL", TensorProto.BOOL, [True, False]),
        ("UINT8", TensorProto.UINT8, [0, 255]),
        ("INT8", TensorProto.INT8, [-128, 127]),
        ("INT32", TensorProto.INT32, [-(2**31), 7]),
        ("INT64", TensorProto.INT64, [-(2**53), 7]),
        ("FP32", TensorProto.FLOAT, [0.5, -2.0]),
        ("FP64", TensorProto.DOUBLE, [0.1, -2.0]),
        ("BYTES", TensorProto.STRING, ["café", ""]),
    ]
    signed = signature(
        [tensor(f"X{n}", [-1, 2], type_) for n, (type_, _, _) in enumerate(types)],
        [tensor(f"Y{n}", [-1, 2], type_) for n, (type_, _, _) in enumerate(types)],
    )
    content = identity([(name, onnx) for name, onnx, _ in types])
    version = served(serving, candidate(tmp_path, new_model(), "1.0.0", content, signed))
    inputs = [given(f"X{n}", type_, [1, 2], data) for n, (type_, _, data) in enumerate(types)]
    status, said = infer(serving.url(version.model), inputs)
    assert status == 200, said
    assert [(o["datatype"], o["data"]) for o in said["outputs"]] == [
        (type_, data) for type_, _, data in types
    ]


def test_half_precision_is_served_and_probed_though_json_cannot_say_it(
    serving: TritonServing, tmp_path: Path
) -> None:
    signed = signature([tensor("X0", [-1, 2], "FP16")], [tensor("Y0", [-1, 2], "FP16")])
    content = identity([("FP16", TensorProto.FLOAT16)])
    served(serving, candidate(tmp_path, new_model(), "1.0.0", content, signed))


def test_a_request_the_model_cannot_take_is_an_error_and_the_next_is_answered(
    serving: TritonServing, tmp_path: Path
) -> None:
    shape = helper.make_tensor("shape", TensorProto.INT64, [1], [4])
    graph = helper.make_graph(
        [helper.make_node("Reshape", ["X", "shape"], ["Y"])],
        "one row only",
        [helper.make_tensor_value_info("X", TensorProto.FLOAT, [1, None])],
        [helper.make_tensor_value_info("Y", TensorProto.FLOAT, [4])],
        [shape],
    )
    signed = signature([tensor("X", [1, -1])], [tensor("Y", [4])])
    version = candidate(tmp_path, new_model(), "1.0.0", onnx_bytes(graph), signed)
    serving.ensure(version)
    serving.route(version.model, {version.ref.digest: 100})
    url = serving.url(version.model)
    for _ in range(2):
        status, said = infer(url, [given("X", "FP32", [1, 3], [1, 2, 3])])
        assert status == 500
        assert "Reshape" in said["error"]
        assert "Traceback" not in said["error"]
        assert infer(url, [given("X", "FP32", [1, 4], [1, 2, 3, 4])])[0] == 200


def test_only_the_outputs_that_were_asked_for_are_answered(serving: TritonServing, tmp_path: Path) -> None:
    signed = signature(
        [tensor("X0", [-1, 2]), tensor("X1", [-1, 2])], [tensor("Y0", [-1, 2]), tensor("Y1", [-1, 2])]
    )
    content = identity([("FP32", TensorProto.FLOAT)] * 2)
    version = served(serving, candidate(tmp_path, new_model(), "1.0.0", content, signed))
    inputs = [given("X0", "FP32", [1, 2], [1, 2]), given("X1", "FP32", [1, 2], [3, 4])]
    status, said = infer(serving.url(version.model), inputs, ["Y1"])
    assert (status, [(o["name"], o["data"]) for o in said["outputs"]]) == (200, [("Y1", [3.0, 4.0])])


@pytest.mark.parametrize(
    ("signed", "reason"),
    [
        (signature([tensor("Z", [-1, 4])], [tensor("Y", [-1, 4])]), "the file has no input Z; it has X"),
        (signature([tensor("X", [-1, 4])], [tensor("Z", [-1, 4])]), "the file has no output Z; it has Y"),
    ],
)
def test_a_file_without_the_tensors_of_its_signature_does_not_load(
    serving: TritonServing, tmp_path: Path, signed: Any, reason: str
) -> None:
    version = candidate(tmp_path, new_model(), "1.0.0", scaling_model(2), signed)
    with pytest.raises(ServingError, match=f"could not load {version.model} 1.0.0: .*{reason}"):
        serving.ensure(version)


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"model.onnx": b"no model"}, "could not load"),
        ({"a.onnx": scaling_model(2), "b.onnx": scaling_model(3)}, "exactly one .onnx file"),
        ({"weights.bin": b"1"}, "exactly one .onnx file"),
    ],
)
def test_a_payload_that_is_not_one_onnx_file_does_not_load(
    serving: TritonServing, tmp_path: Path, files: dict[str, bytes], reason: str
) -> None:
    model = new_model()
    version = Candidate(model, "1.0.0", write_payload(tmp_path, files), "onnx", SCALING)
    with pytest.raises(ServingError, match=reason) as refused:
        serving.ensure(version)
    assert "\n" not in str(refused.value)
    assert serving.observe().held(model) == ()


def test_a_program_in_the_payload_is_not_run(serving: TritonServing, tmp_path: Path) -> None:
    trap = tmp_path / "sprung"
    program = f"open({str(trap)!r}, 'w')".encode()
    names = ("model.py", "1/model.py", "triton_python_backend_utils.py", "sitecustomize.py", "numpy.py")
    files = {"model.onnx": scaling_model(2), **dict.fromkeys(names, program)}
    version = Candidate(new_model(), "1.0.0", write_payload(tmp_path / "payload", files), "onnx", SCALING)
    served(serving, version)
    assert not trap.exists()


def test_a_format_without_a_program_is_refused(serving: TritonServing, tmp_path: Path) -> None:
    version = replace(candidate(tmp_path, new_model(), "1.0.0", scaling_model(2)), format="pyfunc")
    with pytest.raises(ServingError, match="the format pyfunc"):
        serving.ensure(version)
    assert serving.observe().held(version.model) == ()
