"""Fitted scikit-learn model → ONNX, in reproducible bytes, so that a reviewed digest can be rebuilt."""

from pathlib import Path

from onnx import GraphProto, ModelProto
from sklearn.base import BaseEstimator, is_classifier

OPSET = {
    "": 17,
    "ai.onnx.ml": 3,
}  # pinned: a newer skl2onnx must not change what the model asks of its server
INPUT = "X"  # FP32 [-1, features]
CLASSIFIER_OUTPUTS = ["label", "probabilities"]  # INT64 [-1], FP32 [-1, classes]
REGRESSOR_OUTPUTS = ["prediction"]  # FP32 [-1, 1]


def write_onnx(model: BaseEstimator, folder: str) -> str:
    """Writes `folder`/model.onnx and returns its path."""
    path = Path(folder) / "model.onnx"
    path.write_bytes(to_onnx(model))
    return str(path)


def to_onnx(model: BaseEstimator) -> bytes:
    """The model as ONNX, with the input and the outputs named above."""
    from skl2onnx import convert_sklearn
    from skl2onnx.common.data_types import FloatTensorType

    exported = convert_sklearn(
        model,
        name="model",  # a random one if left out
        initial_types=[(INPUT, FloatTensorType([None, model.n_features_in_]))],
        target_opset=OPSET,
        options={id(model): {"zipmap": False}} if is_classifier(model) else None,
    )
    _name_outputs(exported.graph, CLASSIFIER_OUTPUTS if is_classifier(model) else REGRESSOR_OUTPUTS)
    _drop_what_varies(exported)
    return bytes(exported.SerializeToString(deterministic=True))


def _name_outputs(graph: GraphProto, names: list[str]) -> None:
    renamed = dict(zip((output.name for output in graph.output), names, strict=True))
    for output in graph.output:
        output.name = renamed[output.name]
    for node in graph.node:
        node.output[:] = [renamed.get(name, name) for name in node.output]


def _drop_what_varies(exported: ModelProto) -> None:
    """skl2onnx signs with its version and writes the opsets in the order of a hash set, one of them twice."""
    opsets = sorted({(opset.domain, opset.version) for opset in exported.opset_import})
    del exported.opset_import[:]
    for domain, version in opsets:
        exported.opset_import.add(domain=domain, version=version)
    exported.producer_name, exported.producer_version, exported.doc_string = "skl2onnx", "", ""
