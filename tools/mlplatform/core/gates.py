"""What a gate asks of a metric: the same as policies/rego/lib/gates.rego, for numbers that no document holds."""

from collections.abc import Mapping

from mlplatform.core.kinds.model import Gate

_COUNTING = 0.000000001  # what only the way of counting adds

Metrics = Mapping[str, float]


def violation(metrics: Metrics, metric: str, gate: Gate) -> str | None:
    """Why a metric does not lie within `min` and `max`; None when it does."""
    value = metrics.get(metric)
    if value is None:
        return f"{metric} has a gate here and is not recorded"
    if gate.min is not None and not value >= gate.min:  # so written, NaN meets nothing
        return f"{metric} is {number(value)} and the gate asks for at least {number(gate.min)}"
    if gate.max is not None and not value <= gate.max:
        return f"{metric} is {number(value)} and the gate asks for at most {number(gate.max)}"
    return None


def regression(before: Metrics, after: Metrics, metric: str, gate: Gate) -> str | None:
    """Why a metric is worse than before by more than its gate allows; None when it is not, or nothing is asked."""
    allowed, was, now = gate.maxDropFromCurrent, before.get(metric), after.get(metric)
    if allowed is None:
        return None
    if was is None or now is None:
        return f"{metric} cannot be compared: it is not recorded for both this version and the one that runs"
    loss = now - was if less_is_better(gate) else was - now
    if loss - allowed <= _COUNTING:
        return None
    return f"{metric} goes from {number(was)} to {number(now)} and may lose {number(allowed)}"


def less_is_better(gate: Gate) -> bool:
    """Where a gate has `max` and no `min`, less is better."""
    return gate.max is not None and gate.min is None


def number(value: float) -> str:
    """A number as people write it, with six decimals at most."""
    return f"{value:.6f}".rstrip("0").rstrip(".") if "." in f"{value:.6f}" else str(value)
