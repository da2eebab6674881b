"""Columns fill a model's inputs in their order, and the signature says which outputs answer."""

import pytest
from pydantic import ValidationError

from mlplatform.core.kinds.model import Signature, Validation
from mlplatform.core.validation import answers_of, columns_by_input
from tests.support.stack import signature, tensor

ROWS = tensor("rows", [-1, 2])
LABEL = tensor("label", [-1], "INT64")
SCORES = tensor("scores", [-1, 3])


def of_inputs(*inputs: dict[str, object]) -> Signature:
    return signature(inputs, [LABEL])


def of_outputs(*outputs: dict[str, object]) -> Signature:
    return signature([ROWS], outputs)


def test_one_input_takes_all_columns() -> None:
    ((taken, names),) = columns_by_input(of_inputs(tensor("X", [-1, 3])), ["a", "b", "c"])
    assert (taken.name, names) == ("X", ("a", "b", "c"))


def test_an_input_whose_width_is_open_takes_what_there_is() -> None:
    ((_, names),) = columns_by_input(of_inputs(tensor("X", [-1, -1])), ["a", "b"])
    assert names == ("a", "b")


def test_several_inputs_take_columns_one_after_the_other() -> None:
    signed = of_inputs(tensor("age", [-1], "INT64"), tensor("X", [-1, 2]), tensor("city", [-1, 1], "BYTES"))
    taken = [(tensor.name, names) for tensor, names in columns_by_input(signed, ["a", "b", "c", "d"])]
    assert taken == [("age", ("a",)), ("X", ("b", "c")), ("city", ("d",))]


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ([tensor("X", [-1, 4])], "takes 4 columns for each row, and 3 are named"),
        ([tensor("X", [8, 3])], "a sample has rows"),
        ([tensor("image", [-1, 3, 8])], "a sample has rows"),
        ([tensor("X", [-1, -1]), tensor("Z", [-1])], "leaves open how many columns it takes"),
    ],
)
def test_columns_that_do_not_fit_are_refused_with_the_reason(
    inputs: list[dict[str, object]], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        columns_by_input(of_inputs(*inputs), ["a", "b", "c"])


def test_a_classification_answers_with_a_class_or_scores_or_both() -> None:
    both = answers_of(of_outputs(LABEL, SCORES), "classification")
    assert both.label
    assert both.scores
    assert (both.label.name, both.scores.name) == ("label", "scores")
    assert answers_of(of_outputs(LABEL), "classification").scores is None
    assert answers_of(of_outputs(SCORES), "classification").label is None
    one = answers_of(of_outputs(tensor("likely", [-1, 1])), "classification").scores
    assert one
    assert one.name == "likely"


def test_a_regression_answers_with_a_number_a_row() -> None:
    found = answers_of(of_outputs(SCORES, tensor("price", [-1, 1])), "regression").value
    assert found
    assert found.name == "price"


@pytest.mark.parametrize(
    ("outputs", "task", "said"),
    [
        (
            [LABEL, tensor("group", [-1], "INT32")],
            "classification",
            "several outputs give a class for each row",
        ),
        ([SCORES, tensor("others", [-1, 2])], "classification", "several outputs give scores"),
        ([tensor("grid", [-1, 3, 3])], "classification", "no output gives a class"),
        ([tensor("a", [-1]), tensor("b", [-1])], "regression", "several outputs give a number for each row"),
        ([SCORES], "regression", "no output gives a number"),
    ],
)
def test_outputs_that_leave_open_which_is_meant_are_refused(
    outputs: list[dict[str, object]], task: str, said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        answers_of(of_outputs(*outputs), task)


def test_a_sample_has_rows_enough_that_a_metric_tells_none_of_them() -> None:
    asked = {"dataset": "lab/held-out", "target": "y", "inputs": ["a"], "task": "regression"}
    assert Validation.model_validate({**asked, "rows": 30}).rows == 30
    with pytest.raises(ValidationError, match="greater than or equal to 30"):
        Validation.model_validate({**asked, "rows": 29})
