"""What tools/serving/onnx/model.py answers inside a real Triton."""

import http.client
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from onnx import ModelProto, TensorProto, helper, numpy_helper
from onnx.external_data_helper import set_external_data

from mlplatform.core.kinds.model import TensorType
from mlplatform.core.payload import short_digest
from mlplatform.core.target import EnvironmentPaths
from mlplatform.providers.serving.interface import Array, Candidate, ServingError, SignatureMismatch
from mlplatform.providers.serving.triton import TritonServing
from mlplatform.providers.serving.triton.config import upstream_name
from mlplatform.providers.serving.triton.control import Control, ModelState
from mlplatform.providers.serving.triton.ports import TritonPorts, read_triton_ports
from tests.support.payloads import write_payload
from tests.support.stack import (
    SCALING,
    ask,
    candidate,
    new_model,
    onnx_bytes,
    scaling_model,
    signature,
    tensor,
)
from tests.support.waiting import DEADLINE_SECONDS, wait_until

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


LOOKING_UP = signature(
    [tensor("X", [-1, 1], "INT64"), tensor("T", [-1, 1], "BYTES")],
    [tensor("Y", [-1, 1]), tensor("S", [-1, 1], "BYTES")],
)


def looking_up() -> bytes:
    """ONNX: Y is the number at the place X of a table of five, and S the text T; any other place is an error."""
    graph = helper.make_graph(
        [helper.make_node("Gather", ["table", "X"], ["Y"]), helper.make_node("Identity", ["T"], ["S"])],
        "looking up",
        [
            helper.make_tensor_value_info("X", TensorProto.INT64, [None, 1]),
            helper.make_tensor_value_info("T", TensorProto.STRING, [None, 1]),
        ],
        [
            helper.make_tensor_value_info("Y", TensorProto.FLOAT, [None, 1]),
            helper.make_tensor_value_info("S", TensorProto.STRING, [None, 1]),
        ],
        [helper.make_tensor("table", TensorProto.FLOAT, [5], [1, 2, 3, 4, 5])],
    )
    return onnx_bytes(graph)


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
    connection = http.client.HTTPConnection(str(place.hostname), place.port, timeout=DEADLINE_SECONDS)
    connection.request("POST", place.path, json.dumps(said))
    response = connection.getresponse()
    answer = response.status, json.loads(response.read())
    connection.close()
    return answer


def port_numbers(paths: EnvironmentPaths) -> TritonPorts:
    found = read_triton_ports(paths)
    assert found
    return found


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


@pytest.mark.parametrize(
    "name", ["input.1", "508", "x:0", "serving_default/dense_1/BiasAdd:0", "onnx::Add_3"]
)
def test_tensors_are_called_as_exporters_call_them(serving: TritonServing, tmp_path: Path, name: str) -> None:
    content = scaling_model(2, name)
    signed = signature([tensor(name, [-1, 4])], [tensor("Y", [-1, 4])])
    version = served(serving, candidate(tmp_path, new_model(), "1.0.0", content, signed))
    status, answer = infer(serving.url(version.model), [given(name, "FP32", [1, 4], [1, 2, 3, 4])])
    assert (status, answer["outputs"][0]["data"]) == (200, [2, 4, 6, 8])


def test_a_tensor_without_dimensions_is_one_value(serving: TritonServing, tmp_path: Path) -> None:
    graph = helper.make_graph(
        [
            helper.make_node("Mul", ["X", "by"], ["Y"]),
            helper.make_node("ReduceSum", ["Y"], ["S"], keepdims=0),
        ],
        "scaled by an input",
        [
            helper.make_tensor_value_info("X", TensorProto.FLOAT, [None, 2]),
            helper.make_tensor_value_info("by", TensorProto.FLOAT, []),
        ],
        [
            helper.make_tensor_value_info("Y", TensorProto.FLOAT, [None, 2]),
            helper.make_tensor_value_info("S", TensorProto.FLOAT, []),
        ],
    )
    signed = signature([tensor("X", [-1, 2]), tensor("by", [])], [tensor("Y", [-1, 2]), tensor("S", [])])
    version = served(serving, candidate(tmp_path, new_model(), "1.0.0", onnx_bytes(graph), signed))
    inputs = [given("X", "FP32", [1, 2], [1, 2]), given("by", "FP32", [1], [3])]
    status, answer = infer(serving.url(version.model), inputs)
    assert status == 200, answer
    assert {output["name"]: output["data"] for output in answer["outputs"]} == {"Y": [3, 6], "S": [9]}


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
        assert status == 400
        assert said["error"] == "the model cannot answer this request (Fail); it was given X [1, 3]"
        assert infer(url, [given("X", "FP32", [1, 4], [1, 2, 3, 4])])[0] == 200


def test_no_value_of_a_request_that_fails_is_in_the_answer_or_in_any_log(
    serving: TritonServing, paths: EnvironmentPaths, tmp_path: Path
) -> None:
    version = served(serving, candidate(tmp_path, new_model(), "1.0.0", looking_up(), LOOKING_UP))
    card = 4111111111111111
    there = [given("X", "INT64", [1, 1], [1]), given("T", "BYTES", [1, 1], ["ada"])]
    for index, text in ((card, "ada"), (str(card), "ada"), (card + 0.5, "ada"), (1, card)):
        bad = [given("X", "INT64", [1, 1], [index]), given("T", "BYTES", [1, 1], [text])]
        status, said = infer(serving.url(version.model), bad)
        assert status in (400, 500)
        assert str(card) not in said["error"]
        assert infer(serving.url(version.model), there)[0] == 200
    rows = [Array("X", "INT64", (1, 1), bytes(8)), Array("T", "BYTES", (1, 1), b"\x05\0\0\0rosa\xe9")]
    with pytest.raises(SignatureMismatch) as unsound:
        serving.infer(version, rows, 10)
    logs = [log.read_text(errors="replace") for log in paths.logs.rglob("*") if log.is_file()]
    assert logs
    for text in (*logs, str(unsound.value)):
        assert str(card) not in text
        assert "rosa" not in text


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
    assert serving.observe().versions_of(model) == ()


def test_a_program_in_the_payload_is_not_run(serving: TritonServing, tmp_path: Path) -> None:
    trap = tmp_path / "sprung"
    program = f"open({str(trap)!r}, 'w')".encode()
    names = ("model.py", "1/model.py", "triton_python_backend_utils.py", "sitecustomize.py", "numpy.py")
    names += ("__init__.py", "__main__.py")
    files = {"model.onnx": scaling_model(2), **dict.fromkeys(names, program)}
    version = Candidate(new_model(), "1.0.0", write_payload(tmp_path / "payload", files), "onnx", SCALING)
    served(serving, version)
    assert not trap.exists()


def test_bytes_that_were_swapped_do_not_load(
    serving: TritonServing, paths: EnvironmentPaths, tmp_path: Path
) -> None:
    version = served(serving, candidate(tmp_path, new_model(), "1.0.0", scaling_model(2)))
    name = upstream_name(version.model, version.ref.digest)
    control = Control.of(paths, port_numbers(paths))
    control.unload(name)
    wait_until(lambda: control.state(name).state is ModelState.UNAVAILABLE)
    path = paths.model_repository / name / "1" / "payload" / "model" / "model.onnx"
    path.write_bytes(scaling_model(666))
    assert f"and not to {short_digest(version.ref.digest)}" in (control.load(name) or "")


def test_weights_beside_the_onnx_file_are_used(serving: TritonServing, tmp_path: Path) -> None:
    model = ModelProto.FromString(scaling_model(7))
    (weight,) = model.graph.initializer
    weight.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(weight), weight.name))
    raw = weight.raw_data
    set_external_data(weight, location="weights.bin", offset=0, length=len(raw))
    weight.ClearField("raw_data")
    files = {"model.onnx": model.SerializeToString(), "weights.bin": raw}
    ref = write_payload(tmp_path / "payload", files)
    version = served(serving, Candidate(new_model(), "1.0.0", ref, "onnx", SCALING))
    assert ask(serving.url(version.model))[1]["outputs"][0]["data"] == [7.0] * 4


def test_a_format_without_a_program_is_refused(serving: TritonServing, tmp_path: Path) -> None:
    version = replace(candidate(tmp_path, new_model(), "1.0.0", scaling_model(2)), format="pyfunc")
    with pytest.raises(ServingError, match="the format pyfunc"):
        serving.ensure(version)
    assert serving.observe().versions_of(version.model) == ()
