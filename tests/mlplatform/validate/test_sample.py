"""Rows of a CSV file become what the signature takes, and no message ever holds a value of them."""

import struct
from typing import Any

import pytest

from mlplatform.core.errors import Refusal
from mlplatform.core.kinds import Model
from mlplatform.core.kinds.model import TensorType, Validation
from mlplatform.providers.serving.interface import Array
from mlplatform.validate.sample import Sample, read_sample
from mlplatform.validate.tensor_codec import numbers, pack, texts
from tests.support.stack import tensor
from tests.support.values import model

PATH = "examples/data/lab/held-out.csv"
SECRET = "grace@example.com"  # noqa: S105
PLAIN = {"dataset": "lab/held-out", "target": "y", "inputs": ["a", "b"], "task": "regression"}


def of(inputs: list[dict[str, Any]], outputs: list[dict[str, Any]]) -> Model:
    return Model.model_validate({**model(), "signature": {"inputs": inputs, "outputs": outputs}})


REGRESSION = of([tensor("X", [-1, 2])], [tensor("Y", [-1, 1])])


def read(text: str, asked: dict[str, Any] = PLAIN, signed: Model = REGRESSION) -> Sample:
    return read_sample(text.encode(), PATH, signed, Validation.model_validate(asked))


def test_columns_are_taken_by_name_in_the_order_of_the_validation() -> None:
    sample = read("b,who,y,a\n1,x,10,2\n3,x,20,4\n")
    (array,) = sample.batch(0, 2)
    assert (array.name, array.type, array.shape) == ("X", "FP32", (2, 2))
    assert numbers(array) == (2.0, 1.0, 4.0, 3.0)
    assert sample.truth == (10.0, 20.0)


def test_no_more_rows_are_taken_than_are_asked_for() -> None:
    text = "a,b,y\n1,1,1\n\n" + "".join(f"2,2,{n}\n" for n in range(2, 40))
    sample = read(text, {**PLAIN, "rows": 30})
    assert sample.truth == tuple(range(1, 31))
    assert [array.shape for array in sample.batch(28, 64)] == [(2, 2)]


def test_each_input_has_its_type_and_shape() -> None:
    signed = of([tensor("n", [-1], "INT64"), tensor("t", [-1, 1], "BYTES")], [tensor("Y", [-1, 1])])
    first, second = read('a,b,y\n7,"x, y",1\n8,ö,2\n', signed=signed).batch(0, 2)
    assert (first.shape, numbers(first)) == ((2,), (7, 8))
    assert (second.shape, texts(second)) == ((2, 1), ("x, y", "ö"))


def test_a_class_is_told_by_its_name_or_its_number() -> None:
    signed = of([tensor("X", [-1, 2])], [tensor("label", [-1], "INT64")])
    asked = {**PLAIN, "task": "classification"}
    assert read("a,b,y\n1,1,0\n1,1,2\n", asked, signed).truth == (0, 2)
    named = {**asked, "classes": ["benign", "malignant"]}
    assert read("a,b,y\n1,1,malignant\n1,1,benign\n", named, signed).truth == (1, 0)


@pytest.mark.parametrize(
    ("text", "said", "where"),
    [
        (
            f"a,b,y\n1,1,1\n1,{SECRET},1\n",
            "column b does not hold what the input takes (FP32)",
            f"{PATH}:3:1",
        ),
        (f"a,b,y\n1,1,{SECRET}\n", "column y does not hold a class or a number", f"{PATH}:2:1"),
        ("a,b,y\n1,nan,1\n", "column b does not hold", f"{PATH}:2:1"),
        ("a,b,y\n1,1e99,1\n", "column b does not hold", f"{PATH}:2:1"),
        ("a,b,y\n1,1_0,1\n", "column b does not hold", f"{PATH}:2:1"),
        ("a,b,y\n1,\u0661,1\n", "column b does not hold", f"{PATH}:2:1"),
        ("a,b,y\n1,1,inf\n", "column y does not hold", f"{PATH}:2:1"),
        ("a,b,y\n1,1,-1e308\n", "column y does not hold", f"{PATH}:2:1"),
        (f'a,b,y\n1,"\n",1\n1,{SECRET}\n', "column b does not hold", f"{PATH}:2:1"),
        (f"a,b,y\n1,1,1\n{SECRET},1\n", "the row has 2 cells and the header has 3", f"{PATH}:3:1"),
        (f"a,b,y\n1,1,1,{SECRET}\n", "the row has 4 cells and the header has 3", f"{PATH}:2:1"),
        (f'a,b,y\n1,1,1\n1,"{SECRET}\n', "this row cannot be read as CSV", f"{PATH}:3:1"),
        pytest.param(
            f"a,b,y\n1,1,{SECRET * 9000}\n", "this row cannot be read as CSV", f"{PATH}:2:1", id="a huge cell"
        ),
        ("a,y\n1,1\n", "no column b", f"{PATH}:1:1"),
        ("a,b,y\n", "holds no row", ""),
    ],
)
def test_what_does_not_fit_is_refused_by_its_place_and_without_its_value(
    text: str, said: str, where: str
) -> None:
    with pytest.raises(Refusal, match=r".") as refused:
        read(text)
    assert said in refused.value.message
    assert refused.value.where == where
    assert SECRET not in str(refused.value)
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__ or refused.value.__context__ is None


def test_a_file_that_is_not_utf_8_is_refused_by_its_place_and_without_its_value() -> None:
    data = "a,b,y\n1,1,1\n1,rosé@example.com,1\n".encode("latin-1")
    with pytest.raises(Refusal) as refused:
        read_sample(data, PATH, REGRESSION, Validation.model_validate(PLAIN))
    assert refused.value.message == "the file is not UTF-8 here"
    assert refused.value.where == f"{PATH}:3:6"
    assert "xe9" not in str(refused.value)


def test_a_class_is_no_number_between_two_classes() -> None:
    signed = of([tensor("X", [-1, 2])], [tensor("label", [-1], "INT64")])
    with pytest.raises(Refusal, match="column y does not hold"):
        read("a,b,y\n1,1,0.5\n", {**PLAIN, "task": "classification"}, signed)


def test_a_target_that_is_none_of_the_classes_is_refused_without_its_value() -> None:
    signed = of([tensor("X", [-1, 2])], [tensor("label", [-1], "INT64")])
    asked = {**PLAIN, "task": "classification", "classes": ["yes", "no"]}
    with pytest.raises(Refusal) as refused:
        read(f"a,b,y\n1,1,{SECRET}\n", asked, signed)
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize(
    ("type_", "text", "code", "value"),
    [
        ("INT8", "-128", "b", -128),
        ("UINT64", "18446744073709551615", "Q", 2**64 - 1),
        ("INT32", "3.0", "i", 3),
        ("FP64", "0.1", "d", 0.1),
    ],
)
def test_a_number_is_packed_as_its_type(type_: TensorType, text: str, code: str, value: float) -> None:
    assert struct.unpack(f"<{code}", pack(type_, text)) == (value,)


@pytest.mark.parametrize(
    ("type_", "text"),
    [("INT8", "128"), ("UINT8", "-1"), ("INT64", "1.5"), ("BOOL", "yes"), ("FP16", "1e6"), ("FP32", "inf")],
)
def test_what_a_type_cannot_hold_is_refused(type_: TensorType, text: str) -> None:
    with pytest.raises((ValueError, OverflowError)):
        pack(type_, text)


def test_truth_values_are_read_as_people_write_them() -> None:
    assert [pack("BOOL", text) for text in ("true", "False", "1", "0")] == [b"\1", b"\0", b"\1", b"\0"]


def test_texts_that_are_cut_short_are_no_texts() -> None:
    with pytest.raises(ValueError, match="cut short"):
        texts(Array("t", "BYTES", (2,), pack("BYTES", "one")))
