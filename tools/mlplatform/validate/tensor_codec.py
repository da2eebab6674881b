"""Values of the Open Inference Protocol's types as bytes, and back."""

import math
import re
import struct

from mlplatform.core.kinds.model import TensorType
from mlplatform.core.tensor_values import FORMATS
from mlplatform.providers.serving.interface import Array

_NUMBER = re.compile(r" *[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)? *")
_TRUTHS = {"true": True, "1": True, "false": False, "0": False}


def number(text: str) -> float:
    """Return the value of a decimal number in ASCII; ValueError for any other text, and for what no float can hold."""
    if not _NUMBER.fullmatch(text):  # float() would take 1_0, nan and the digits of every script
        raise ValueError("no number")
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("not finite")
    return value


def pack(type_: TensorType, text: str) -> bytes:
    """A cell of a CSV file as one value; ValueError or OverflowError, without the value, where it is none."""
    if type_ == "BYTES":
        data = text.encode()
        return struct.pack("<I", len(data)) + data
    if type_ == "BOOL":
        if text.lower() not in _TRUTHS:
            raise ValueError("no truth value")
        return struct.pack("<?", _TRUTHS[text.lower()])
    code = FORMATS[type_]
    value = number(text)
    if type_.startswith("FP"):
        return struct.pack(f"<{code}", value)
    if not value.is_integer():
        raise ValueError("no whole number")
    try:
        return struct.pack(f"<{code}", int(value) if "." in text or "e" in text.lower() else int(text))
    except struct.error:
        raise OverflowError("out of range") from None


def numbers(array: Array) -> tuple[float, ...]:
    """The values of an array of numbers, row after row."""
    count = math.prod(array.shape)
    return struct.unpack(f"<{count}{FORMATS[array.type]}", array.data)


def texts(array: Array) -> tuple[str, ...]:
    """The values of an array of texts; ValueError where the bytes are not that many texts."""
    values, data = [], memoryview(array.data)
    for _ in range(math.prod(array.shape)):
        if len(data) < 4:
            raise ValueError("it is cut short")
        (size,) = struct.unpack_from("<I", data)
        values.append(bytes(data[4 : 4 + size]).decode())
        data = data[4 + size :]
    return tuple(values)
