"""The result of a validation, as people, programs and the ledger get it."""

from dataclasses import dataclass
from typing import Any

from mlplatform.validate.evaluation import Latency
from mlplatform.validate.verdict import Check, Version


@dataclass(frozen=True, slots=True)
class ValidationResult:
    """The checks of a version in an environment, the rows they were made on, and the champion compared with.

    `because` says why this version was chosen.
    """

    environment: str
    model: str
    because: str
    commit: str
    dataset: str
    dataset_digest: str
    rows: int
    candidate: Version
    champion: Version | None
    latency: Latency | None
    checks: tuple[Check, ...]

    @property
    def passed(self) -> bool:
        return not any(check.failure for check in self.checks)

    def as_json(self) -> dict[str, Any]:
        latency = self.latency
        return {
            "environment": self.environment,
            "model": self.model,
            "version": self.candidate.version,
            "digest": self.candidate.digest,
            "met": self.passed,
            "because": self.because,
            "commit": self.commit,
            "sample": {"dataset": self.dataset, "digest": self.dataset_digest, "rows": self.rows},
            "metrics": dict(self.candidate.evaluation.metrics),
            "champion": _champion(self.champion),
            "latency": {"p50Ms": latency.p50, "p99Ms": latency.p99, "requests": latency.requests}
            if latency
            else None,
            "checks": [check.as_json() for check in self.checks],
        }


def _champion(champion: Version | None) -> dict[str, Any] | None:
    if champion is None:
        return None
    record = {
        "version": champion.version,
        "digest": champion.digest,
        "metrics": dict(champion.evaluation.metrics),
    }
    return {**record, **({"flaw": champion.evaluation.flaw} if champion.evaluation.flaw else {})}
