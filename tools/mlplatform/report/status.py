"""Prints the status of deployments: `platform status`."""

from collections.abc import Mapping
from typing import Any

from mlplatform.core.payload import short_digest
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


def status_text(statuses: Statuses, width: int | None = None) -> str:
    """A row for each deployment, then a line for each reason; tables fit `width` characters (None: any)."""
    head = ("environment", "model", "version", "digest", "state", "url")
    rows = [
        _row(environment, model, status)
        for environment, models in statuses.items()
        for model, status in models.items()
    ]
    if not rows:
        return "no deployment"
    reasons = [
        f"{environment} {model}: {status.reason}"
        for environment, models in statuses.items()
        for model, status in models.items()
        if status.reason
    ]
    return "\n".join([table(head, rows, width), *reasons])


def _row(environment: str, model: str, status: DeploymentStatus) -> tuple[str, ...]:
    version = status.actual.version or "-"
    if status.desired and status.desired.version != status.actual.version:
        version = f"{version} (declared {status.desired.version})"
    digest = short_digest(status.actual.digest) if status.actual.digest else "-"
    return environment, model, version, digest, status.state.value, status.url or "-"
