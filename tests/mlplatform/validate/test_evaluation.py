"""Answers that no metric can be made of are a flaw of the version, not a crash and not a number."""

import struct
from collections.abc import Mapping, Sequence
from typing import Any, cast

import pytest

from mlplatform.core.kinds import Model
from mlplatform.core.kinds.model import Validation
from mlplatform.providers.serving.interface import Array, Candidate, Serving
from mlplatform.validate.evaluation import Evaluation, evaluate
from mlplatform.validate.sample import read_sample
from tests.support.stack import tensor
from tests.support.values import model


class Answers:
    """A place that answers every batch with these numbers in the output `Y`."""

    def __init__(self, numbers: Sequence[float]) -> None:
        self.numbers = numbers

    def infer(self, candidate: Candidate, inputs: tuple[Array, ...], seconds: float) -> Mapping[str, Array]:
        data = struct.pack(f"<{len(self.numbers)}d", *self.numbers)
        return {"Y": Array("Y", "FP64", (len(self.numbers), 1), data)}


def evaluated(task: str, numbers: Sequence[float]) -> Evaluation:
    signature: dict[str, Any] = {"inputs": [tensor("X", [-1, 1])], "outputs": [tensor("Y", [-1, 1], "FP64")]}
    validation = Validation.model_validate(
        {"dataset": "lab/held-out", "target": "y", "inputs": ["x"], "task": task}
    )
    signed = Model.model_validate({**model(), "signature": signature})
    sample = read_sample(b"x,y\n1,0\n2,1\n", "lab/held-out.csv", signed, validation)
    return evaluate(sample, cast(Serving, Answers(numbers)), cast(Candidate, None))


@pytest.mark.parametrize("task", ["regression", "classification"])
@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_answers_that_are_not_finite_are_a_flaw(task: str, number: float) -> None:
    assert evaluated(task, [number, 1.0]).flaw == "it answers values that are not finite numbers"


def test_answers_too_far_from_the_truth_are_a_flaw() -> None:
    assert "too far from the truth" in evaluated("regression", [1e200, 1.0]).flaw


def test_usable_answers_have_metrics() -> None:
    assert evaluated("regression", [0.0, 1.0]).metrics == {"mae": 0.0, "rmse": 0.0, "r2": 1.0}


def test_a_version_that_does_not_answer_each_row_is_flawed() -> None:
    assert evaluated("regression", [0.0]).flaw == "the output Y has the shape [1, 1] for 2 rows"
