"""Rows to probe a version with whose model names none: made up from the types and shapes of its signature.

Never zeros alone: a model may be undefined at 0, and an empty text is in no vocabulary. No made-up row suits every
model, so several are tried, and a version is right when it answers one of them as its signature says.
"""

import math
import struct
from collections.abc import Callable, Iterator, Sequence

from mlplatform.core.kinds.model import Signature, Tensor
from mlplatform.core.tensor_values import FORMATS
from mlplatform.providers.serving.interface import Array

Request = Sequence[Array]
BATCHES = (1, 2)
_RAMP = range(1, 8)  # small: an id or a class beyond a vocabulary is refused
_SIZES = (1, 16, 64, 224)  # of free dimensions: a convolution needs some width, a sequence some length
_MOST_VALUES = 1_000_000


def made_up_requests(signature: Signature) -> Iterator[Sequence[Request]]:
    """Yield attempts, each the requests that a version must answer for it to count: one row, and two where it may."""
    sizes = _SIZES if any(-1 in tensor.shape[1:] for tensor in signature.inputs) else _SIZES[:1]
    attempts = [(_ramp, sizes[0]), (_ones, sizes[0]), *((_ramp, size) for size in sizes[1:]), (_zeros, 1)]
    for values, size in attempts:
        requests = [
            [_array(tensor, _shape(tensor, rows, size), values) for tensor in signature.inputs]
            for rows in (BATCHES if has_rows(signature) else BATCHES[:1])
            if all(math.prod(_shape(tensor, rows, size)) <= _MOST_VALUES for tensor in signature.inputs)
        ]
        if requests:
            yield requests


def has_rows(signature: Signature) -> bool:
    """True when every input's first dimension is free: then the number of rows is the client's to choose."""
    return all(tensor.shape[:1] == [-1] for tensor in signature.inputs)


def _shape(tensor: Tensor, rows: int, size: int) -> list[int]:
    free = [rows if place == 0 else size for place in range(len(tensor.served_shape))]
    return [declared if declared >= 0 else free[place] for place, declared in enumerate(tensor.served_shape)]


def _array(tensor: Tensor, shape: Sequence[int], values: Callable[[Tensor, int], bytes]) -> Array:
    return Array(tensor.name, tensor.type, shape, values(tensor, math.prod(shape)))


def _ramp(tensor: Tensor, count: int) -> bytes:
    """Values that differ, so that what is scaled by its spread is defined."""
    if tensor.type == "BYTES":
        return _text("a") * count
    scale = 0.5 if tensor.type.startswith("FP") else 1
    period = b"".join(_number(tensor, value * scale) for value in _RAMP)
    return (period * (count // len(_RAMP) + 1))[: count * len(period) // len(_RAMP)]


def _ones(tensor: Tensor, count: int) -> bytes:
    return (_text("1") if tensor.type == "BYTES" else _number(tensor, 1)) * count


def _zeros(tensor: Tensor, count: int) -> bytes:
    return (_text("") if tensor.type == "BYTES" else _number(tensor, 0)) * count


def _number(tensor: Tensor, value: float) -> bytes:
    is_whole = not tensor.type.startswith("FP")
    return struct.pack(f"<{FORMATS[tensor.type]}", int(value) if is_whole else value)


def _text(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode()
