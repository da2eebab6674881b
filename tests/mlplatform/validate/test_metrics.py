"""The metrics are those of scikit-learn."""

import random
from collections.abc import Sequence

import pytest

from mlplatform.validate.metrics import auc, of_classes, of_numbers

SEEDS = range(12)


def scores_of(random_: random.Random, rows: int, classes: int) -> list[tuple[float, ...]]:
    """Rows that add up to one, coarse enough that many scores tie."""
    found = []
    for _ in range(rows):
        parts = [random_.randint(1, 5) for _ in range(classes)]
        found.append(tuple(part / sum(parts) for part in parts))
    return found


def classes_of(random_: random.Random, rows: int, classes: int) -> list[int]:
    """Every class at least once."""
    return [*range(classes), *(random_.randrange(classes) for _ in range(rows - classes))]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("classes", [2, 3, 7])
def test_accuracy_f1_and_auc_are_scikit_learns(seed: int, classes: int) -> None:
    from sklearn.metrics import accuracy_score, f1_score, roc_auc_score

    random_ = random.Random(seed)
    truth, said = (classes_of(random_, 60, classes) for _ in range(2))
    random_.shuffle(said)
    scores = scores_of(random_, 60, classes)
    found = of_classes(truth, said, scores)
    binary = classes == 2
    area = (
        roc_auc_score(truth, [row[1] for row in scores])
        if binary
        else roc_auc_score(truth, scores, multi_class="ovr", average="macro")
    )
    assert found["accuracy"] == pytest.approx(accuracy_score(truth, said))
    assert found["f1"] == pytest.approx(f1_score(truth, said, average="binary" if binary else "macro"))
    assert found["auc"] == pytest.approx(area)


@pytest.mark.parametrize("seed", SEEDS)
def test_mae_rmse_and_r2_are_scikit_learns(seed: int) -> None:
    from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error

    random_ = random.Random(seed)
    truth, said = ([random_.gauss(100, 30) for _ in range(50)] for _ in range(2))
    assert of_numbers(truth, said) == pytest.approx(
        {
            "mae": mean_absolute_error(truth, said),
            "rmse": root_mean_squared_error(truth, said),
            "r2": r2_score(truth, said),
        }
    )


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
    assert set(of_classes([0, 1], [0, 1], None)) == {"accuracy", "f1"}
