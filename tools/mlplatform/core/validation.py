"""Read from a signature how a sample's columns become a model's inputs, and which outputs hold its answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from mlplatform.core.kinds.model import Signature, Tensor

FLOATS = ("FP16", "FP32", "FP64")


@dataclass(frozen=True, slots=True)
class Answers:
    """The outputs that hold a model's answers: class and scores of a classification, or the value of a regression."""

    label: Tensor | None = None
    scores: Tensor | None = None
    value: Tensor | None = None


def columns_by_input(
    signature: Signature, columns: Sequence[str]
) -> tuple[tuple[Tensor, tuple[str, ...]], ...]:
    """Return each input with the columns that fill a row of it; ValueError says why they do not fit."""
    widths = [
        _width(tensor, len(columns) if len(signature.inputs) == 1 else None) for tensor in signature.inputs
    ]
    if sum(widths) != len(columns):
        raise ValueError(
            f"the signature takes {sum(widths)} columns for each row, and {len(columns)} are named"
        )
    cuts = pairwise((0, *accumulate(widths)))
    return tuple(
        (tensor, tuple(columns[first:last]))
        for tensor, (first, last) in zip(signature.inputs, cuts, strict=True)
    )


def answers_of(signature: Signature, task: str) -> Answers:
    """Return the outputs that hold the answers; ValueError when the signature leaves that open."""
    flat = [tensor for tensor in signature.outputs if _is_flat(tensor)]
    if task == "regression":
        value = _only(
            [tensor for tensor in flat if tensor.type not in ("BYTES", "BOOL")], "a number for each row"
        )
        if value is None:
            raise ValueError("no output gives a number for each row, as a regression must")
        return Answers(value=value)
    label = _only([tensor for tensor in flat if tensor.type not in FLOATS], "a class for each row")
    wide = [tensor for tensor in signature.outputs if tensor.type in FLOATS and _is_wide(tensor)]
    scores = _only(wide or [tensor for tensor in flat if tensor.type in FLOATS], "scores")
    if label is None and scores is None:
        raise ValueError("no output gives a class or scores for each row, as a classification must")
    return Answers(label, scores)


def _width(tensor: Tensor, free: int | None) -> int:
    if tensor.shape[:1] != [-1] or len(tensor.shape) > 2:
        raise ValueError(
            f"the input {tensor.name} has the shape {tensor.shape}, and a sample has rows: [-1, n]"
        )
    width = tensor.shape[1] if len(tensor.shape) == 2 else 1
    if width >= 0:
        return width
    if free is None:
        raise ValueError(
            f"the shape {tensor.shape} of the input {tensor.name} leaves open how many columns it takes"
        )
    return free


def _is_flat(tensor: Tensor) -> bool:
    return len(tensor.shape) == 1 or (len(tensor.shape) == 2 and tensor.shape[1] == 1)


def _is_wide(tensor: Tensor) -> bool:
    return len(tensor.shape) == 2 and tensor.shape[1] != 1


def _only(candidates: Sequence[Tensor], content: str) -> Tensor | None:
    if len(candidates) > 1:
        names = ", ".join(tensor.name for tensor in candidates)
        raise ValueError(f"several outputs give {content}: {names}")
    return candidates[0] if candidates else None
