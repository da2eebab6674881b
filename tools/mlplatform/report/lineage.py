"""Prints lineage: where versions come from, and where data went."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from mlplatform.core.payload import short_digest
from mlplatform.observe.lineage import DatasetUse, DeploymentLineage, ServingInstead
from mlplatform.report.table import table


def lineage_json(lineage: DeploymentLineage) -> dict[str, Any]:
    return {**asdict(lineage), "data": [asdict(used) for used in lineage.data]}


def lineage_text(lineage: DeploymentLineage) -> str:
    """A line for each fact; `unknown` where nobody recorded it."""
    facts = {
        "version": f"{lineage.version} ({lineage.digest})",
        "since": lineage.since or _not_in_force(lineage),
        **({"answers": _answers(lineage.answers)} if lineage.answers else {}),
        "applied from": lineage.change or "unknown",
        "pinned by": lineage.pinned or "unknown",
        "approved by": ", ".join(lineage.approved_by) or "unknown",
        "trained by": f"run {lineage.run or 'unknown'} at commit {lineage.commit or 'unknown'}{_code(lineage)}",
        "features": ", ".join(lineage.features) or "none",
        "metrics": ", ".join(f"{name} {value:g}" for name, value in lineage.metrics.items()) or "unknown",
    }
    lines = [f"{name + ':':<14}{value}" for name, value in facts.items()]
    for used in lineage.data:
        lines.append(
            f"{'data:':<14}{used.name} {used.digest} ({used.classification or 'no longer declared'})"
        )
    return "\n".join([f"{lineage.environment} {lineage.model}", *lines])


def _code(lineage: DeploymentLineage) -> str:
    if lineage.code_committed or not lineage.commit:
        return ""
    return " (the run did not say whether its code was committed)"


def _not_in_force(lineage: DeploymentLineage) -> str:
    hold = f", on hold {lineage.on_hold}" if lineage.on_hold else ""
    return f"not in force {'any more' if lineage.change else 'yet'}{hold}"


def _answers(answers: ServingInstead) -> str:
    named = answers.version or "an unknown version"
    serving = f"{named} ({answers.digest})" if answers.digest else "nothing"
    return f"{serving} since {answers.since}, applied from {answers.change}"


def trained_json(trained: Sequence[DatasetUse]) -> dict[str, Any]:
    return {"versions": [asdict(version) for version in trained]}


def trained_text(
    dataset: str, trained: Sequence[DatasetUse], when: str = "now", width: int | None = None
) -> str:
    """A row for each version; the ones pinned now, or then, are marked, whether they run or not."""
    if not trained:
        return f"no environment pins or pinned a version that was trained on {dataset}"
    head = ("environment", "model", "version", "digest", "trained on", "pinned by", "")
    rows = [
        (
            version.environment,
            version.model,
            version.version,
            short_digest(version.digest),
            short_digest(version.data),
            version.pinned[:12],
            f"pinned {when}" if version.is_pinned else "",
        )
        for version in trained
    ]
    return table(head, rows, width)
