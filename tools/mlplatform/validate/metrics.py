"""The metrics of a model's answers, computed by scikit-learn and named as it names them."""

from collections.abc import Sequence

Scores = Sequence[Sequence[float]]


def of_classes(truth: Sequence[int], answers: Sequence[int], scores: Scores) -> dict[str, float]:
    """accuracy, f1 (of class 1 where there are two, else the mean over all) and, where there are scores, auc."""
    from sklearn.metrics import accuracy_score, f1_score

    classes = {*truth, *answers}
    is_binary = classes <= {0, 1}
    # Ranks, as a class may be an integer that numpy cannot hold; 0 and 1 keep their value.
    ranks = {label: rank for rank, label in enumerate(sorted({0, 1} if is_binary else classes))}
    pair = [ranks[label] for label in truth], [ranks[label] for label in answers]
    f1 = f1_score(*pair, average="binary" if is_binary else "macro", zero_division=0)
    metrics = {"accuracy": float(accuracy_score(*pair)), "f1": float(f1)}
    area = auc(truth, scores) if scores else None
    return metrics if area is None else {**metrics, "auc": area}


def of_numbers(truth: Sequence[float], answers: Sequence[float]) -> dict[str, float]:
    """mae, rmse and, where the truth varies, r2; infinite where the answers are too far off."""
    import numpy
    from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error

    computed = [mean_absolute_error, root_mean_squared_error, *([r2_score] if len({*truth}) > 1 else [])]
    with numpy.errstate(all="ignore"):  # squares that overflow are infinite, which the caller refuses
        values = [float(metric(truth, answers)) for metric in computed]
    return dict(zip(("mae", "rmse", "r2"), values, strict=False))


def auc(truth: Sequence[int], scores: Scores) -> float | None:
    """The area under the ROC curve: of class 1 where there are two, else the mean over each class against the rest.

    None where the sample lacks a class, so that there is no curve.
    """
    from sklearn.metrics import roc_auc_score

    classes = range(max(2, len(scores[0])))
    if not {*truth} >= {*classes}:
        return None
    if len(classes) == 2:
        return float(roc_auc_score([label == 1 for label in truth], [row[-1] for row in scores]))
    each = [roc_auc_score([label == at for label in truth], [row[at] for row in scores]) for at in classes]
    return float(sum(each) / len(each))
