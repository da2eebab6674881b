"""What runs inside Triton for the format `onnx`: one ONNX Runtime session an instance, on the CPU.

Triton's Python backend imports this file beside `config.pbtxt`, which names the inputs and outputs and, as its
parameters, the payload's `digest` and how many `threads` a session may use. The payload lies in the folder
`payload/model/` beside it.

Values of requests may be about people: no error and no log quotes any, nor what ONNX Runtime says of them.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import triton_python_backend_utils as pb  # type: ignore[import-not-found]
from onnxruntime.capi import onnxruntime_pybind11_state as state

_LONGEST_MESSAGE = 500
_ABOUT_VALUES = (state.Fail, state.InvalidArgument, state.RuntimeException, ValueError)
_MEMORY = re.compile("alloc|memory", re.IGNORECASE)
_SILENT = 4  # fatal errors only: an error line of ONNX Runtime quotes values


class TritonPythonModel:
    """The class that Triton's Python backend looks for."""

    def initialize(self, args: Mapping[str, str]) -> None:
        """Open the session; what is wrong with the file or with its names fails the load."""
        config = json.loads(args["model_config"])
        self._inputs = [tensor["name"] for tensor in config["input"]]
        self._outputs = [tensor["name"] for tensor in config["output"]]
        self._quietly = onnxruntime.RunOptions()
        self._quietly.log_severity_level = _SILENT
        onnxruntime.set_default_logger_severity(_SILENT)
        folder = Path(args["model_repository"]) / args["model_version"] / "payload" / "model"
        asked = {name: parameter["string_value"] for name, parameter in config["parameters"].items()}
        try:
            self._session = _session(_payload(folder, asked["digest"]), int(asked["threads"]))
            _check("input", self._inputs, self._session.get_inputs())
            _check("output", self._outputs, self._session.get_outputs())
            self._single = {tensor.name for tensor in self._session.get_inputs() if tensor.shape == []}
        except Exception as error:
            raise pb.TritonModelException(_sentence(error).replace(f"{folder}/", "")) from None

    def execute(self, requests: Sequence[Any]) -> list[Any]:
        """One response a request; a request that fails is answered with its error and harms no other."""
        return [self._respond(request) for request in requests]

    def _respond(self, request: Any) -> Any:
        try:
            outputs = [name for name in self._outputs if name in request.requested_output_names()]
            given = {name: self._input(request, name) for name in self._inputs}
            values = self._session.run(outputs, given, self._quietly)
        except Exception as error:
            code = pb.TritonError.INVALID_ARG if _is_about_values(error) else pb.TritonError.INTERNAL
            return pb.InferenceResponse(error=pb.TritonError(_failure(request, error), code))
        try:
            return pb.InferenceResponse([_output(*pair) for pair in zip(outputs, values, strict=True)])
        except Exception as error:
            return pb.InferenceResponse(error=pb.TritonError(_failure(request, error)))

    def _input(self, request: Any, name: str) -> Any:
        """An input as the model takes it: of one that has no dimensions the only value."""
        array = _input(request, name)
        return array.reshape(()) if name in self._single and array.size == 1 else array


def _payload(folder: Path, digest: str) -> dict[str, bytes]:
    """The payload's files, read once: what was hashed is what is run, whatever becomes of the files."""
    paths = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    files = {path: (folder / path).read_bytes() for path in paths}
    lines = (f"{path}\0{len(data)}\0{hashlib.sha256(data).hexdigest()}\n" for path, data in files.items())
    actual = f"sha256:{hashlib.sha256(''.join(lines).encode()).hexdigest()}"
    if actual != digest:
        raise ValueError(f"its files hash to {actual[7:19]} and not to {digest[7:19]}")
    return files


def _session(files: Mapping[str, bytes], threads: int) -> onnxruntime.InferenceSession:
    onnx_files = [path for path in files if path.endswith(".onnx") and "/" not in path]
    if len(onnx_files) != 1:
        raise ValueError(f"the payload must hold exactly one .onnx file and holds {onnx_files or 'none'}")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = _SILENT
    weights = {path: data for path, data in files.items() if path not in onnx_files and data}
    if weights:
        sizes = [len(data) for data in weights.values()]
        options.add_external_initializers_from_files_in_memory(list(weights), list(weights.values()), sizes)
    return onnxruntime.InferenceSession(files[onnx_files[0]], options, providers=["CPUExecutionProvider"])


def _check(kind: str, signed: Sequence[str], tensors: Sequence[Any]) -> None:
    there = {tensor.name: tensor.type for tensor in tensors}
    if missing := sorted(set(signed) - set(there)):
        raise ValueError(f"the file has no {kind} {missing[0]}; it has {', '.join(sorted(there))}")
    if kind == "input" and (unsigned := sorted(set(there) - set(signed))):
        raise ValueError(f"the file asks for the input {unsigned[0]}, which the signature does not name")
    for name in signed:
        if not there[name].startswith("tensor("):
            raise ValueError(f"the {kind} {name} is no tensor; export the model without a ZipMap")


def _input(request: Any, name: str) -> Any:
    array = pb.get_input_tensor_by_name(request, name).as_numpy()
    if array.dtype != np.object_:
        return array
    texts = [item.decode() for item in array.reshape(-1)]  # Triton has bytes where ONNX has str
    return np.array(texts, dtype=np.object_).reshape(array.shape)


def _output(name: str, value: Any) -> Any:
    value = np.asarray(value)
    value = value.reshape(1) if value.ndim == 0 else value  # Triton has no tensor without dimensions
    if value.dtype.kind in "OU":
        texts = [str(item).encode() for item in value.reshape(-1)]
        value = np.array(texts, dtype=np.object_).reshape(value.shape)
    return pb.Tensor(name, value)


def _is_about_values(error: Exception) -> bool:
    """True when the request asked for what the model cannot compute: the client's error (400) and not the model's.

    An unknown category, an id out of range, a text that is not UTF-8. What ONNX Runtime lacks memory for is ours.
    """
    return isinstance(error, _ABOUT_VALUES) and not _MEMORY.search(str(error))


def _failure(request: Any, error: Exception) -> str:
    """What was asked for and the kind of error: all that can be said without quoting a value."""
    given = ", ".join(f"{tensor.name()} {list(tensor.shape())}" for tensor in request.inputs())
    return f"the model cannot answer this request ({type(error).__name__}); it was given {given}"


def _sentence(error: Exception) -> str:
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= _LONGEST_MESSAGE else text[: _LONGEST_MESSAGE - 3] + "..."
