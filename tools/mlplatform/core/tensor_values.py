"""Values as YAML and JSON have them, as the bytes of a tensor."""

import math
import struct
from collections.abc import Iterator, Mapping
from typing import Any

from mlplatform.core.kinds.model import Tensor

FORMATS: Mapping[str, str] = {
    "BOOL": "?",
    "UINT8": "B",
    "UINT16": "H",
    "UINT32": "I",
    "UINT64": "Q",
    "INT8": "b",
    "INT16": "h",
    "INT32": "i",
    "INT64": "q",
    "FP16": "e",
    "FP32": "f",
    "FP64": "d",
}  # of `struct`, by type; BYTES has none


def encode(tensor: Tensor, value: Any) -> tuple[tuple[int, ...], bytes]:
    """Return the shape and the little-endian bytes of a nested list; ValueError says what does not fit the tensor.

    One row may be written without the list around it where the first dimension is free.
    """
    shape = _shape(value)
    if len(shape) == len(tensor.shape) - 1 and tensor.shape[:1] == [-1]:
        shape, value = (1, *shape), [value]
    fits = len(shape) == len(tensor.shape) and all(
        declared in (-1, size) for declared, size in zip(tensor.shape, shape, strict=True)
    )
    if not fits:
        raise ValueError(f"its shape is {list(shape)} and the signature says {tensor.shape}")
    return shape or (1,), b"".join(_pack(tensor.type, each) for each in _flat(value, len(shape)))


def _shape(value: Any) -> tuple[int, ...]:
    """Return the shape of nested lists; ValueError where their lengths differ."""
    if not isinstance(value, list):
        return ()
    shapes = {_shape(each) for each in value}
    if len(shapes) > 1:
        raise ValueError("its lists have different lengths")
    return (len(value), *next(iter(shapes), ()))


def _flat(value: Any, depth: int) -> Iterator[Any]:
    if depth == 0:
        yield value
    else:
        for each in value:
            yield from _flat(each, depth - 1)


def _pack(type_: str, value: Any) -> bytes:
    if type_ == "BYTES":
        if not isinstance(value, str):
            raise ValueError("it holds what is no text, and the signature says BYTES")
        data = value.encode()
        return struct.pack("<I", len(data)) + data
    kinds = (bool,) if type_ == "BOOL" else (int, float) if type_.startswith("FP") else (int,)
    if not isinstance(value, kinds) or (isinstance(value, bool) and type_ != "BOOL"):
        raise ValueError(f"it holds what the signature's {type_} cannot")
    try:
        packed = struct.pack(f"<{FORMATS[type_]}", value)
    except (struct.error, OverflowError):
        raise ValueError(f"it holds a number out of the range of {type_}") from None
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("it holds a number that is not finite")
    return packed
