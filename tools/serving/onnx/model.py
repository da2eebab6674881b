"""What runs inside Triton for the format `onnx`: one ONNX Runtime session an instance, on the CPU.

Triton's Python backend imports this file beside `config.pbtxt`, which names the inputs and outputs and, as its
parameter `threads`, how many threads a session may use. The payload lies in the folder `model/` beside it.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import triton_python_backend_utils as pb  # type: ignore[import-not-found]

_LONGEST_MESSAGE = 500


class TritonPythonModel:
    """The class that Triton's Python backend looks for."""

    def initialize(self, args: Mapping[str, str]) -> None:
        """Open the session; what is wrong with the file or with its names fails the load."""
        config = json.loads(args["model_config"])
        self._inputs = [tensor["name"] for tensor in config["input"]]
        self._outputs = [tensor["name"] for tensor in config["output"]]
        folder = Path(args["model_repository"]) / args["model_version"] / "model"
        try:
            self._session = _session(folder, int(config["parameters"]["threads"]["string_value"]))
            _check("input", self._inputs, [tensor.name for tensor in self._session.get_inputs()])
            _check("output", self._outputs, [tensor.name for tensor in self._session.get_outputs()])
        except Exception as error:
            raise pb.TritonModelException(_sentence(error).replace(f"{folder}/", "")) from None

    def execute(self, requests: Sequence[Any]) -> list[Any]:
        """One response a request; a request that fails is answered with its error and harms no other."""
        return [self._respond(request) for request in requests]

    def _respond(self, request: Any) -> Any:
        try:
            wanted = [name for name in self._outputs if name in request.requested_output_names()]
            found = self._session.run(wanted, {name: _input(request, name) for name in self._inputs})
            return pb.InferenceResponse([_output(*pair) for pair in zip(wanted, found, strict=True)])
        except Exception as error:
            return pb.InferenceResponse(error=pb.TritonError(_sentence(error)))


def _session(folder: Path, threads: int) -> onnxruntime.InferenceSession:
    found = sorted(path.name for path in folder.glob("*.onnx"))
    if len(found) != 1:
        raise ValueError(f"the payload must hold exactly one .onnx file and holds {found or 'none'}")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(folder / found[0], options, providers=["CPUExecutionProvider"])


def _check(kind: str, signed: Sequence[str], there: Sequence[str]) -> None:
    if missing := sorted(set(signed) - set(there)):
        raise ValueError(f"the file has no {kind} {missing[0]}; it has {', '.join(sorted(there))}")
    if kind == "input" and (unsigned := sorted(set(there) - set(signed))):
        raise ValueError(f"the file asks for the input {unsigned[0]}, which the signature does not name")


def _input(request: Any, name: str) -> Any:
    array = pb.get_input_tensor_by_name(request, name).as_numpy()
    if array.dtype != np.object_:
        return array
    texts = [item.decode() for item in array.reshape(-1)]  # Triton has bytes where ONNX has str
    return np.array(texts, dtype=np.object_).reshape(array.shape)


def _output(name: str, value: Any) -> Any:
    if not isinstance(value, np.ndarray):
        raise TypeError(f"the output {name} is no tensor; export the model without a ZipMap")
    if value.dtype.kind in "OU":
        texts = [str(item).encode() for item in value.reshape(-1)]
        value = np.array(texts, dtype=np.object_).reshape(value.shape)
    return pb.Tensor(name, value)


def _sentence(error: Exception) -> str:
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= _LONGEST_MESSAGE else text[: _LONGEST_MESSAGE - 3] + "..."
