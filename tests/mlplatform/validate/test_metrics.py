"""The metrics are scikit-learn's: known values, and what becomes of samples and answers that it would not take."""

import math
from collections.abc import Sequence

import pytest

from mlplatform.validate.metrics import auc, of_classes, of_numbers


def test_f1_of_two_classes_is_that_of_class_1() -> None:
    metrics = of_classes([1, 1, 0, 0], [1, 0, 0, 0], [(0.9,), (0.4,), (0.4,), (0.1,)])
    assert metrics == pytest.approx({"accuracy": 0.75, "f1": 2 / 3, "auc": 0.875})


def test_f1_and_auc_of_more_classes_are_the_mean_over_the_classes() -> None:
    scores = [(0.5, 0.3, 0.2), (0.6, 0.3, 0.1), (0.1, 0.2, 0.7), (0.2, 0.5, 0.3)]
    metrics = of_classes([0, 1, 2, 1], [0, 0, 2, 1], scores)
    assert metrics == pytest.approx({"accuracy": 0.75, "f1": 7 / 9, "auc": (2 / 3 + 7 / 8 + 1) / 3})


def test_a_sample_of_one_class_has_accuracy_and_f1() -> None:
    assert of_classes([1], [1], []) == {"accuracy": 1.0, "f1": 1.0}
    assert of_classes([0], [0], []) == {"accuracy": 1.0, "f1": 0.0}


@pytest.mark.parametrize("label", [2**64 - 1, -(2**63), 7])
def test_an_answer_may_be_a_class_that_the_sample_lacks(label: int) -> None:
    assert of_classes([0, 1], [label, 1], []) == pytest.approx({"accuracy": 0.5, "f1": 1 / 3})


def test_mae_rmse_and_r2_of_numbers() -> None:
    metrics = of_numbers([1.0, 2.0, 3.0, 6.0], [1.0, 2.0, 4.0, 3.0])
    assert metrics == pytest.approx({"mae": 1.0, "rmse": math.sqrt(2.5), "r2": 1 - 10 / 14})


@pytest.mark.parametrize("answers", [[1e200, 1.0], [1e308, -1e308]])
def test_answers_too_far_off_make_infinite_metrics_and_no_warning(answers: Sequence[float]) -> None:
    assert of_numbers([1.0, 2.0], answers)["rmse"] == math.inf


def test_one_score_a_row_is_that_of_class_1() -> None:
    assert auc([0, 0, 1, 1], [(0.1,), (0.4,), (0.35,), (0.8,)]) == pytest.approx(0.75)


@pytest.mark.parametrize(
    ("truth", "scores"),
    [([1, 1], [(0.1, 0.9), (0.2, 0.8)]), ([0, 1, 0], [(0.2, 0.3, 0.5)] * 3)],
    ids=["one class", "a class that the scores know and the sample lacks"],
)
def test_where_the_sample_lacks_a_class_there_is_no_auc(
    truth: Sequence[int], scores: Sequence[tuple[float, ...]]
) -> None:
    assert auc(truth, scores) is None
    assert "auc" not in of_classes(truth, truth, scores)


def test_where_the_truth_does_not_vary_there_is_no_r2() -> None:
    assert of_numbers([5.0, 5.0], [4.0, 6.0]) == {"mae": 1.0, "rmse": 1.0}


def test_without_scores_there_is_no_auc() -> None:
    assert set(of_classes([0, 1], [0, 1], [])) == {"accuracy", "f1"}
