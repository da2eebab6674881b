"""The checks of a validation: what each asks for, what was measured, and why it fails."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mlplatform.core.gates import number, regression, violation
from mlplatform.core.kinds.model import Gate
from mlplatform.validate.evaluation import Evaluation, Latency

Metrics = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Version:
    """A version, the metrics in its registry, and its evaluation on the sample."""

    version: str
    digest: str
    registered: Metrics
    evaluation: Evaluation

    def metrics(self) -> Metrics:
        """Return the metrics measured here, and registered values of others; none for a version that did not answer."""
        return {} if self.evaluation.flaw else {**self.registered, **self.evaluation.metrics}


@dataclass(frozen=True, slots=True)
class Check:
    """One check: what it asks for, the values of candidate and champion, and why it fails (empty: it passes)."""

    name: str
    asked: str
    candidate: str
    champion: str = "-"
    failure: str = ""

    def as_json(self) -> dict[str, Any]:
        record = {
            "check": self.name,
            "asked": self.asked,
            "candidate": self.candidate,
            "champion": self.champion,
        }
        return {**record, "met": not self.failure, **({"reason": self.failure} if self.failure else {})}


def checks(
    candidate: Version,
    champion: Version | None,
    gates: Mapping[str, Gate],
    rows: int,
    latency: Latency | None,
    limit: float | None,
) -> tuple[Check, ...]:
    """Signature, then each metric with its gate, then latency; `champion` is None where there is nothing to compare."""
    flaw = candidate.evaluation.flaw
    results = [Check("signature", "as the model says", "no" if flaw else f"{rows} rows", failure=flaw)]
    names = dict.fromkeys((*gates, *candidate.evaluation.metrics))
    results += [_metric(name, gates.get(name), candidate, champion) for name in names]
    return (*results, *_latency(latency, limit, flaw))


def _metric(name: str, gate: Gate | None, candidate: Version, champion: Version | None) -> Check:
    after, before = candidate.metrics(), champion.metrics() if champion else {}
    unmet = violation(after, name, gate) if gate else None
    if gate and champion and not unmet:
        unmet = regression(before, after, name, gate)
        unmet = (
            f"{unmet} (champion: {champion.evaluation.flaw})" if unmet and champion.evaluation.flaw else unmet
        )
    return Check(name, _asked(gate), _shown(candidate, name), _shown(champion, name), unmet or "")


def _asked(gate: Gate | None) -> str:
    if gate is None:
        return "-"
    asked = {"at least": gate.min, "at most": gate.max, "drop at most": gate.maxDropFromCurrent}
    return ", ".join(f"{words} {number(bound)}" for words, bound in asked.items() if bound is not None)


def _shown(version: Version | None, name: str) -> str:
    """Return a metric with four decimals, marked as registered where it was not measured here."""
    value = version.metrics().get(name) if version else None
    if version is None or value is None:
        return "-"
    return f"{value:.4f}" + ("" if name in version.evaluation.metrics else " (registered)")


def _latency(latency: Latency | None, limit: float | None, flaw: str) -> Iterator[Check]:
    if latency is None:
        if limit is not None:
            yield Check(
                "latency p99", f"at most {number(limit)} ms", "-", failure=f"it was not measured: {flaw}"
            )
        return
    yield Check("latency p50", "-", f"{latency.p50:.1f} ms")
    too_slow = limit is not None and not latency.p99 <= limit
    asked = "-" if limit is None else f"at most {number(limit)} ms"
    why = f"p99 is {latency.p99:.1f} ms and slo.latencyP99Ms is {number(limit)}" if limit and too_slow else ""
    yield Check("latency p99", asked, f"{latency.p99:.1f} ms", failure=why)
