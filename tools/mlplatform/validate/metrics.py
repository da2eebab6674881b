"""What a model's answers are worth. The metrics are scikit-learn's, by its names and to its definitions."""

import math
from collections import Counter
from collections.abc import Sequence

Scores = Sequence[Sequence[float]]


def of_classes(truth: Sequence[int], said: Sequence[int], scores: Scores | None) -> dict[str, float]:
    """accuracy, f1 (of class 1 where there are two, else the mean over all) and, where there are scores, auc."""
    found = {"accuracy": sum(map(int.__eq__, truth, said)) / len(truth), "f1": _f1(truth, said)}
    area = auc(truth, scores) if scores else None
    return found if area is None else {**found, "auc": area}


def of_numbers(truth: Sequence[float], said: Sequence[float]) -> dict[str, float]:
    """mae, rmse and, where the truth varies, r2."""
    errors = [was - is_ for was, is_ in zip(truth, said, strict=True)]
    squares = math.fsum(error * error for error in errors)
    found = {
        "mae": math.fsum(map(abs, errors)) / len(errors),
        "rmse": math.sqrt(squares / len(errors)),
    }
    mean = math.fsum(truth) / len(truth)
    spread = math.fsum((value - mean) ** 2 for value in truth)
    return {**found, "r2": 1 - squares / spread} if spread > 0 else found


def auc(truth: Sequence[int], scores: Scores) -> float | None:
    """The area under the ROC curve: of class 1 where there are two, else the mean over each class against the rest.

    None where the sample lacks a class, so that there is no curve.
    """
    if len(scores[0]) <= 2:
        return _area([value == 1 for value in truth], [row[-1] for row in scores])
    areas = [
        _area([value == at for value in truth], [row[at] for row in scores]) for at in range(len(scores[0]))
    ]
    known = [area for area in areas if area is not None]
    return math.fsum(known) / len(known) if len(known) == len(areas) else None


def _area(positive: Sequence[bool], scores: Sequence[float]) -> float | None:
    """The share of pairs of a positive and a negative that the scores put in order; a tie counts half."""
    ups = sum(positive)
    downs = len(positive) - ups
    if not ups or not downs:
        return None
    order = sorted(range(len(scores)), key=scores.__getitem__)
    won, below, at = 0.0, 0, 0
    while at < len(order):
        tied = at
        while tied < len(order) and scores[order[tied]] == scores[order[at]]:
            tied += 1
        up = sum(positive[order[place]] for place in range(at, tied))
        down = tied - at - up
        won += up * (below + down / 2)
        below, at = below + down, tied
    return won / (ups * downs)


def _f1(truth: Sequence[int], said: Sequence[int]) -> float:
    classes = set(truth) | set(said)
    right = Counter(was for was, is_ in zip(truth, said, strict=True) if was == is_)
    there, answered = Counter(truth), Counter(said)

    def of(label: int) -> float:
        both = there[label] + answered[label]
        return 2 * right[label] / both if both else 0.0

    if classes <= {0, 1}:
        return of(1)
    return math.fsum(map(of, classes)) / len(classes)
