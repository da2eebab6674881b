"""What `platform status` and `platform lineage` print."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from mlplatform.core.payload import short
from mlplatform.observe.lineage import Lineage
from mlplatform.observe.status import DeploymentStatus
from mlplatform.report.table import table

Statuses = Mapping[str, Mapping[str, DeploymentStatus]]


def status_json(statuses: Statuses) -> dict[str, Any]:
    return {
        "environments": {
            environment: {model: status.as_json() for model, status in models.items()}
            for environment, models in statuses.items()
        }
    }


def status_text(statuses: Statuses) -> str:
    head = ("environment", "model", "version", "digest", "state", "url")
    rows = [
        _row(environment, model, status)
        for environment, models in statuses.items()
        for model, status in models.items()
    ]
    reasons = [
        f"{environment} {model}: {status.reason}"
        for environment, models in statuses.items()
        for model, status in models.items()
        if status.reason
    ]
    return "\n".join([table(head, rows), *reasons])


def _row(environment: str, model: str, status: DeploymentStatus) -> tuple[str, ...]:
    version = status.actual.version or "-"
    if status.desired and status.desired.version != status.actual.version:
        version = f"{version} (declared {status.desired.version})"
    digest = short(status.actual.digest) if status.actual.digest else "-"
    return environment, model, version, digest, status.state.value, status.url or "-"


def lineage_json(found: Lineage) -> dict[str, Any]:
    return {**asdict(found), "data": [asdict(used) for used in found.data]}


def lineage_text(found: Lineage) -> str:
    """A line a fact; `unknown` where nobody recorded it."""
    facts = {
        "version": f"{found.version} ({found.digest})",
        "since": found.since or "not in force yet",
        "applied from": found.change or "unknown",
        "pinned by": found.pinned or "unknown",
        "approved by": ", ".join(found.approved_by) or "unknown",
        "trained by": f"run {found.run or 'unknown'} at commit {found.commit or 'unknown'}",
        "metrics": ", ".join(f"{name} {value:g}" for name, value in found.metrics.items()) or "unknown",
    }
    lines = [f"{name + ':':<14}{value}" for name, value in facts.items()]
    for used in found.data:
        lines.append(
            f"{'data:':<14}{used.name} {used.digest} ({used.classification or 'not declared any more'})"
        )
    return "\n".join([f"{found.environment} {found.model}", *lines])
