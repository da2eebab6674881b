"""Sends a sample through a loaded version, and measures its metrics and latency."""

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, cycle, islice

from mlplatform.providers.serving.interface import Array, Candidate, Serving, SignatureMismatch
from mlplatform.validate.metrics import of_classes, of_numbers
from mlplatform.validate.sample import Sample
from mlplatform.validate.tensor_codec import numbers, texts

BATCH = 64
SECONDS = 30.0  # for one answer
WARM_UP, REQUESTS, ROUNDS = 20, 200, 3


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The metrics of a version on a sample, or the flaw in its answers."""

    metrics: Mapping[str, float] = field(default_factory=dict)
    flaw: str = ""


@dataclass(frozen=True, slots=True)
class Latency:
    """The latency of requests of one row, sent one after the other, in milliseconds."""

    p50: float
    p99: float
    requests: int


def evaluate(sample: Sample, serving: Serving, candidate: Candidate) -> Evaluation:
    """Send every row through the version, in batches, and return its metrics or its flaw."""
    labels: list[float] = []
    scores: list[tuple[float, ...]] = []
    try:
        for first in range(0, len(sample.rows), BATCH):
            rows = sample.batch(first, BATCH)
            answer = serving.infer(candidate, rows, SECONDS)
            _require_answer_for_each(sample, answer, rows[0].shape[0])
            batch_labels, batch_scores = _read(sample, answer)
            labels += batch_labels
            scores += batch_scores
    except SignatureMismatch as mismatch:
        return Evaluation(flaw=mismatch.message)
    if not all(map(math.isfinite, chain(labels, *scores))):
        return Evaluation(flaw="it answers values that are not finite numbers")
    metrics = _metrics(sample, labels, scores)
    if not all(map(math.isfinite, metrics.values())):
        return Evaluation(flaw="its answers are too far from the truth for its metrics to be numbers")
    return Evaluation(metrics)


def _require_answer_for_each(sample: Sample, answer: Mapping[str, Array], rows: int) -> None:
    """SignatureMismatch when an output that holds answers does not have as many rows as were sent."""
    for tensor in (sample.answers.value, sample.answers.label, sample.answers.scores):
        if tensor and answer[tensor.name].shape[0] != rows:
            given = list(answer[tensor.name].shape)
            raise SignatureMismatch(f"the output {tensor.name} has the shape {given} for {rows} rows")


def _metrics(
    sample: Sample, labels: Sequence[float], scores: Sequence[Sequence[float]]
) -> Mapping[str, float]:
    if sample.is_classification:
        return of_classes([int(value) for value in sample.truth], [int(value) for value in labels], scores)
    return of_numbers(sample.truth, labels)


def measure_latency(sample: Sample, serving: Serving, candidate: Candidate, limit: float | None) -> Latency:
    """Return the latency of a warm version: the best of up to three rounds, as other load only adds to it."""
    rows = cycle(sample.batch(at, 1) for at in range(min(len(sample.rows), REQUESTS)))
    for inputs in islice(rows, WARM_UP):
        serving.infer(candidate, inputs, SECONDS)
    best = _round(rows, serving, candidate)
    for _ in range(ROUNDS - 1):
        if limit is None or best.p99 <= limit:
            break
        best = min(best, _round(rows, serving, candidate), key=lambda latency: latency.p99)
    return best


def _round(rows: "cycle[tuple[Array, ...]]", serving: Serving, candidate: Candidate) -> Latency:
    taken = []
    for inputs in islice(rows, REQUESTS):
        began = time.perf_counter()
        serving.infer(candidate, inputs, SECONDS)
        taken.append(1000 * (time.perf_counter() - began))
    taken.sort()
    return Latency(taken[len(taken) // 2], taken[-(-len(taken) * 99 // 100) - 1], len(taken))


def _read(sample: Sample, answer: Mapping[str, Array]) -> tuple[list[float], list[tuple[float, ...]]]:
    """Return the class or number of each row, and its scores where there are any."""
    if sample.answers.value:
        return list(numbers(answer[sample.answers.value.name])), []
    scores = _scores(answer[sample.answers.scores.name]) if sample.answers.scores else []
    if sample.answers.label:
        return _labels(answer[sample.answers.label.name], sample.classes), scores
    return [_likeliest(row) for row in scores], scores


def _scores(array: Array) -> list[tuple[float, ...]]:
    flat = numbers(array)
    width = len(flat) // array.shape[0]
    return [flat[at : at + width] for at in range(0, len(flat), width)]


def _labels(array: Array, classes: Sequence[str]) -> list[float]:
    if array.type != "BYTES":
        return list(numbers(array))
    try:
        return [_class(text, classes) for text in texts(array)]
    except ValueError:
        raise SignatureMismatch(f"the output {array.name} does not name classes") from None


def _class(text: str, classes: Sequence[str]) -> float:
    return classes.index(text) if classes else int(text)


def _likeliest(scores: tuple[float, ...]) -> float:
    if len(scores) == 1:
        return float(scores[0] > 0.5)
    return max(range(len(scores)), key=scores.__getitem__)
