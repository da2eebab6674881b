"""Requests to a version and its answers, in Triton's binary form of the Open Inference Protocol.

Binary, because it is the one form that takes every type (JSON has no FP16) and needs no array library here.
"""

import json
import math
import struct
from collections.abc import Mapping, Sequence
from typing import Any

from mlplatform.core.kinds.model import Signature, Tensor
from mlplatform.providers.serving.interface import Array

JSON_LENGTH = "inference-header-content-length"
_SIZES = {"BOOL": 1, "UINT8": 1, "UINT16": 2, "UINT32": 4, "UINT64": 8}
_SIZES |= {"INT8": 1, "INT16": 2, "INT32": 4, "INT64": 8, "FP16": 2, "FP32": 4, "FP64": 8}
_FLOATS = {"FP16": "e", "FP32": "f", "FP64": "d"}


def request(inputs: Sequence[Array], signature: Signature) -> tuple[bytes, Mapping[str, str]]:
    """The body and headers of a request for all outputs."""
    header = {
        "inputs": [
            {
                "name": array.name,
                "datatype": array.type,
                "shape": list(array.shape),
                "parameters": {"binary_data_size": len(array.data)},
            }
            for array in inputs
        ],
        "outputs": [
            {"name": tensor.name, "parameters": {"binary_data": True}} for tensor in signature.outputs
        ],
    }
    head = json.dumps(header).encode()
    return b"".join((head, *(array.data for array in inputs))), {JSON_LENGTH: str(len(head))}


def outputs(body: bytes, headers: Mapping[str, str]) -> Sequence[Array]:
    """The tensors of an answer; ValueError where it is none."""
    size = int(headers.get(JSON_LENGTH, len(body)))  # Triton leaves it out where every output is empty
    try:
        header = json.loads(body[:size])
        return _cut(header["outputs"], body[size:])
    except (KeyError, TypeError) as error:
        raise ValueError(f"its answer cannot be read ({error})") from None


def flaw(output: Array, tensor: Tensor) -> str | None:
    """How an output differs from its signature, or None; a free dimension may be anything, 0 too."""
    if output.type != tensor.type:
        return f"{tensor.name} is {output.type} and the signature says {tensor.type}"
    if len(output.shape) != len(tensor.served_shape) or any(
        declared not in (-1, size) for declared, size in zip(tensor.served_shape, output.shape, strict=True)
    ):
        return f"{tensor.name} has the shape {list(output.shape)} and the signature says {tensor.shape}"
    count = math.prod(output.shape)
    if tensor.type in _SIZES and len(output.data) != count * _SIZES[tensor.type]:
        return f"{tensor.name} has {len(output.data)} bytes for the shape {list(output.shape)}"
    if tensor.type in _FLOATS and not all(
        map(math.isfinite, struct.unpack(f"<{count}{_FLOATS[tensor.type]}", output.data))
    ):
        return f"{tensor.name} holds a number that is not finite"
    return None


def _cut(tensors: Sequence[Mapping[str, Any]], data: bytes) -> Sequence[Array]:
    arrays = []
    for tensor in tensors:
        size = tensor["parameters"]["binary_data_size"] if math.prod(tensor["shape"]) else 0
        arrays.append(Array(tensor["name"], tensor["datatype"], tensor["shape"], data[:size]))
        data = data[size:]
    return arrays
