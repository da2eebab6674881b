"""A value in a document becomes the bytes of a tensor, or a sentence that says why it does not."""

from typing import Any

import pytest

from mlplatform.core.kinds.model import Tensor
from mlplatform.core.tensor_values import encode


def tensor(type_: str, shape: list[int]) -> Tensor:
    return Tensor.model_validate({"name": "x", "type": type_, "shape": shape})


@pytest.mark.parametrize(
    ("type_", "shape", "value", "expected"),
    [
        ("FP32", [-1, 2], [[1, 0.5]], ((1, 2), b"\0\0\x80\x3f\0\0\0\x3f")),
        ("FP32", [-1, 2], [1, 0.5], ((1, 2), b"\0\0\x80\x3f\0\0\0\x3f")),
        ("BYTES", [-1, 1], [["é"], [""]], ((2, 1), b"\2\0\0\0\xc3\xa9\0\0\0\0")),
        ("INT64", [2], [-1, 1], ((2,), b"\xff" * 8 + b"\1" + bytes(7))),
        ("BOOL", [-1], [True, False], ((2,), b"\1\0")),
        ("FP32", [-1, 4], [], ((1, 0), b"")),
    ],
)
def test_a_value_that_fits(type_: str, shape: list[int], value: Any, expected: tuple[Any, bytes]) -> None:
    if expected[1] or type_ == "BYTES":
        assert encode(tensor(type_, shape), value) == expected
    else:
        with pytest.raises(ValueError, match="its shape is"):
            encode(tensor(type_, shape), value)


@pytest.mark.parametrize(
    ("type_", "value", "reason"),
    [
        ("FP32", [[1, 2, 3]], r"its shape is \[1, 3\] and the signature says \[-1, 2\]"),
        ("FP32", [[1, 2], [3]], "different lengths"),
        ("FP32", [["1", 2]], "cannot"),
        ("FP32", [[True, 2]], "cannot"),
        ("FP32", [[None, 2]], "cannot"),
        ("FP32", [[float("nan"), 2]], "not finite"),
        ("FP32", [[1e40, 2]], "out of the range of FP32"),
        ("UINT8", [[256, 2]], "out of the range of UINT8"),
        ("INT64", [[1.5, 2]], "cannot"),
        ("BYTES", [[1, "a"]], "no text"),
        ("BOOL", [[1, True]], "cannot"),
        ("FP32", {"a": 1}, "its shape is"),
        ("FP32", 1, "its shape is"),
    ],
)
def test_a_value_that_does_not_fit_is_said_why(type_: str, value: Any, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        encode(tensor(type_, [-1, 2]), value)
