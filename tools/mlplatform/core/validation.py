"""How the columns of a sample become a model's inputs, and which of its outputs answer: read from the signature."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from mlplatform.core.kinds.model import Signature, Tensor

FLOATS = ("FP16", "FP32", "FP64")


@dataclass(frozen=True, slots=True)
class Answers:
    """The outputs of a classification that hold the class and the classes' scores; those of a regression, `value`."""

    label: Tensor | None = None
    scores: Tensor | None = None
    value: Tensor | None = None


def columns_by_input(
    signature: Signature, columns: Sequence[str]
) -> tuple[tuple[Tensor, tuple[str, ...]], ...]:
    """The inputs, each with the columns that fill a row of it; ValueError says why they do not fit."""
    widths = [
        _width(tensor, len(columns) if len(signature.inputs) == 1 else None) for tensor in signature.inputs
    ]
    if sum(widths) != len(columns):
        raise ValueError(f"the signature takes {sum(widths)} columns a row, and {len(columns)} are named")
    cuts = pairwise((0, *accumulate(widths)))
    return tuple(
        (tensor, tuple(columns[first:last]))
        for tensor, (first, last) in zip(signature.inputs, cuts, strict=True)
    )


def answers_of(signature: Signature, task: str) -> Answers:
    """Which outputs answer; ValueError where the signature leaves that open."""
    flat = [tensor for tensor in signature.outputs if _is_flat(tensor)]
    if task == "regression":
        value = _only(
            [tensor for tensor in flat if tensor.type not in ("BYTES", "BOOL")], "numbers, one a row"
        )
        if value is None:
            raise ValueError("no output gives a number a row, as a regression does")
        return Answers(value=value)
    label = _only([tensor for tensor in flat if tensor.type not in FLOATS], "a class a row")
    wide = [tensor for tensor in signature.outputs if tensor.type in FLOATS and _is_wide(tensor)]
    scores = _only(wide or [tensor for tensor in flat if tensor.type in FLOATS], "scores")
    if label is None and scores is None:
        raise ValueError("no output gives a class or scores a row, as a classification does")
    return Answers(label, scores)


def _width(tensor: Tensor, free: int | None) -> int:
    if tensor.shape[0] != -1 or len(tensor.shape) > 2:
        raise ValueError(
            f"the input {tensor.name} has the shape {tensor.shape}, and a sample has rows: [-1, n]"
        )
    width = tensor.shape[1] if len(tensor.shape) == 2 else 1
    if width >= 0:
        return width
    if free is None:
        raise ValueError(f"how many columns the input {tensor.name} takes cannot be told from {tensor.shape}")
    return free


def _is_flat(tensor: Tensor) -> bool:
    return len(tensor.shape) == 1 or (len(tensor.shape) == 2 and tensor.shape[1] == 1)


def _is_wide(tensor: Tensor) -> bool:
    return len(tensor.shape) == 2 and tensor.shape[1] != 1


def _only(found: Sequence[Tensor], what: str) -> Tensor | None:
    if len(found) > 1:
        names = ", ".join(tensor.name for tensor in found)
        raise ValueError(f"several outputs give {what}: {names}")
    return found[0] if found else None
