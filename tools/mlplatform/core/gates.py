"""Compare metrics with gates: the same as policies/rego/lib/gates.rego, for metrics that are not in a document."""

from collections.abc import Mapping

from mlplatform.core.kinds.model import Gate

_ROUNDING = 0.000000001  # differences up to this are rounding errors

Metrics = Mapping[str, float]


def violation(metrics: Metrics, metric: str, gate: Gate) -> str | None:
    """Say why a metric is not within `min` and `max`; None when it is."""
    value = metrics.get(metric)
    if value is None:
        return f"{metric} has a gate in this environment and is not recorded"
    if gate.min is not None and not value >= gate.min:  # written with `not`, so that NaN fails
        return f"{metric} is {number(value)} and the gate asks for at least {number(gate.min)}"
    if gate.max is not None and not value <= gate.max:
        return f"{metric} is {number(value)} and the gate asks for at most {number(gate.max)}"
    return None


def regression(before: Metrics, after: Metrics, metric: str, gate: Gate) -> str | None:
    """Say why a metric is worse than before by more than its gate allows; None when it is not, or may be."""
    allowed, old, new = gate.maxDropFromCurrent, before.get(metric), after.get(metric)
    if allowed is None:
        return None
    if old is None or new is None:
        return f"{metric} cannot be compared: it must be recorded for this version and for the one that runs"
    loss = new - old if less_is_better(gate) else old - new
    if loss - allowed <= _ROUNDING:
        return None
    return (
        f"{metric} goes from {number(old)} to {number(new)}, and the gate allows a loss of {number(allowed)}"
    )


def less_is_better(gate: Gate) -> bool:
    """True when less is better: the gate has `max` and no `min`."""
    return gate.max is not None and gate.min is None


def number(value: float) -> str:
    """Write a number as people do, with six decimals at most."""
    return f"{value:.6f}".rstrip("0").rstrip(".") if "." in f"{value:.6f}" else str(value)
