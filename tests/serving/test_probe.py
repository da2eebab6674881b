"""What an apply sends to a loaded version before any traffic: rows that a model can answer, and never zeros alone."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from onnx import TensorProto, helper, numpy_helper

from mlplatform.core.kinds.model import Signature
from mlplatform.core.target import EnvironmentPaths
from mlplatform.core.tensor_values import encode
from mlplatform.providers.serving.interface import Array, ServingError, SignatureMismatch
from mlplatform.providers.serving.triton import TritonServing
from tests.support.stack import candidate, new_model, signature, tensor

pytestmark = pytest.mark.servers

FLOAT, INT, TEXT = TensorProto.FLOAT, TensorProto.INT64, TensorProto.STRING
CODED = signature([tensor("colour", [-1, 1], "BYTES")], [tensor("Y", [-1, 1, 2])])


def graph(nodes: Sequence[Any], inputs: Any, outputs: Any, constants: Any = ()) -> bytes:
    """ONNX with the operators of scikit-learn as well; tensors are (name, type, shape)."""
    made = helper.make_graph(
        nodes,
        "probed",
        [helper.make_tensor_value_info(*each) for each in inputs],
        [helper.make_tensor_value_info(*each) for each in outputs],
        constants,
    )
    imports = [helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)]
    return bytes(helper.make_model(made, opset_imports=imports, ir_version=8).SerializeToString())


def detector() -> bytes:
    """ONNX: a row for each value above 5, of which there may be none."""
    five = numpy_helper.from_array(__import__("numpy").array(5, "float32"), "five")
    nodes = [
        helper.make_node("Greater", ["X", "five"], ["found"]),
        helper.make_node("NonZero", ["found"], ["places"]),
        helper.make_node("Transpose", ["places"], ["Y"], perm=[1, 0]),
    ]
    return graph(nodes, [("X", FLOAT, ["n", 4])], [("Y", INT, ["m", 2])], [five])


def cosine() -> bytes:
    """ONNX: X over its length, which is no number at 0."""
    nodes = [
        helper.make_node("ReduceL2", ["X"], ["length"], axes=[1], keepdims=1),
        helper.make_node("Div", ["X", "length"], ["Y"]),
    ]
    return graph(nodes, [("X", FLOAT, ["n", 4])], [("Y", FLOAT, ["n", 4])])


def spread() -> bytes:
    """ONNX: X over the sum of its distances from its mean, which is no number where all values are the same."""
    nodes = [
        helper.make_node("ReduceMean", ["X"], ["mean"], axes=[1], keepdims=1),
        helper.make_node("Sub", ["X", "mean"], ["off"]),
        helper.make_node("ReduceL1", ["off"], ["size"], axes=[1], keepdims=1),
        helper.make_node("Div", ["off", "size"], ["Y"]),
    ]
    return graph(nodes, [("X", FLOAT, ["n", 4])], [("Y", FLOAT, ["n", 4])])


def convolution() -> bytes:
    """ONNX: a convolution over pictures of any size from 5 by 5 on."""
    kernel = numpy_helper.from_array(__import__("numpy").ones((1, 1, 5, 5), "float32"), "kernel")
    nodes = [helper.make_node("Conv", ["X", "kernel"], ["Y"])]
    sizes = ["n", 1, "h", "w"]
    return graph(nodes, [("X", FLOAT, sizes)], [("Y", FLOAT, ["n", 1, "a", "b"])], [kernel])


def embedding() -> bytes:
    """ONNX: the rows of a table of two words."""
    table = numpy_helper.from_array(__import__("numpy").ones((2, 3), "float32"), "table")
    nodes = [helper.make_node("Gather", ["table", "X"], ["Y"])]
    return graph(nodes, [("X", INT, ["n", "m"])], [("Y", FLOAT, ["n", "m", 3])], [table])


def one_hot() -> bytes:
    """ONNX: a OneHotEncoder as scikit-learn exports it, which refuses any other colour."""
    node = helper.make_node(
        "OneHotEncoder", ["colour"], ["Y"], domain="ai.onnx.ml", cats_strings=["red", "blue"], zeros=0
    )
    return graph([node], [("colour", TEXT, ["n", 1])], [("Y", FLOAT, ["n", 1, 2])])


@pytest.fixture
def serving(paths: EnvironmentPaths) -> TritonServing:
    return TritonServing.at(paths)


@pytest.mark.parametrize(
    ("content", "signed"),
    [
        (detector(), signature([tensor("X", [-1, 4])], [tensor("Y", [-1, 2], "INT64")])),
        (cosine(), signature([tensor("X", [-1, 4])], [tensor("Y", [-1, 4])])),
        (spread(), signature([tensor("X", [-1, 4])], [tensor("Y", [-1, 4])])),
        (convolution(), signature([tensor("X", [-1, 1, -1, -1])], [tensor("Y", [-1, 1, -1, -1])])),
        (embedding(), signature([tensor("X", [-1, -1], "INT64")], [tensor("Y", [-1, -1, 3])])),
    ],
    ids=["detector that finds nothing", "undefined at 0", "undefined where all are the same", "sized", "ids"],
)
def test_a_made_up_row_suits_a_model_that_names_none(
    serving: TritonServing, tmp_path: Path, content: bytes, signed: Signature
) -> None:
    version = candidate(tmp_path, new_model(), "1.0.0", content, signed)
    serving.ensure(version)
    serving.probe(version)
    serving.retire(version.model, version.ref.digest)


def test_a_model_that_takes_no_made_up_row_is_probed_with_its_own(
    serving: TritonServing, tmp_path: Path
) -> None:
    version = candidate(tmp_path, new_model(), "1.0.0", one_hot(), CODED)
    serving.ensure(version)
    with pytest.raises(
        ServingError, match=r"no made-up row was answered.*models/lab/model-.*probe: \{inputs"
    ):
        serving.probe(version)
    serving.probe(replace(version, requests=(row("red"),)))
    with pytest.raises(SignatureMismatch, match=r"does not take rows of the sample \(status 400\)"):
        serving.probe(replace(version, requests=(row("green"),)))
    serving.retire(version.model, version.ref.digest)


def row(colour: str) -> tuple[Array, ...]:
    shape, data = encode(CODED.inputs[0], [colour])
    return (Array("colour", "BYTES", shape, data),)
