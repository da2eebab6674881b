"""What `platform lineage` prints."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from mlplatform.core.payload import short_digest
from mlplatform.observe.lineage import Lineage, ServingInstead, Trained
from mlplatform.report.table import table


def lineage_json(found: Lineage) -> dict[str, Any]:
    return {**asdict(found), "data": [asdict(used) for used in found.data]}


def lineage_text(found: Lineage) -> str:
    """A line a fact; `unknown` where nobody recorded it."""
    facts = {
        "version": f"{found.version} ({found.digest})",
        "since": found.since or _not_in_force(found),
        **({"answers": _answers(found.answers)} if found.answers else {}),
        "applied from": found.change or "unknown",
        "pinned by": found.pinned or "unknown",
        "approved by": ", ".join(found.approved_by) or "unknown",
        "trained by": f"run {found.run or 'unknown'} at commit {found.commit or 'unknown'}",
        "features": ", ".join(found.features) or "none",
        "metrics": ", ".join(f"{name} {value:g}" for name, value in found.metrics.items()) or "unknown",
    }
    lines = [f"{name + ':':<14}{value}" for name, value in facts.items()]
    for used in found.data:
        lines.append(
            f"{'data:':<14}{used.name} {used.digest} ({used.classification or 'not declared any more'})"
        )
    return "\n".join([f"{found.environment} {found.model}", *lines])


def _not_in_force(found: Lineage) -> str:
    held = f", on hold {found.on_hold}" if found.on_hold else ""
    return f"not in force {'any more' if found.change else 'yet'}{held}"


def _answers(answers: ServingInstead) -> str:
    named = answers.version or "an unknown version"
    what = f"{named} ({answers.digest})" if answers.digest else "nothing"
    return f"{what} since {answers.since}, applied from {answers.change}"


def trained_json(trained: Sequence[Trained]) -> dict[str, Any]:
    return {"versions": [asdict(one) for one in trained]}


def trained_text(dataset: str, trained: Sequence[Trained], when: str = "now") -> str:
    """A line a version; what is pinned now, or was then, is marked, be it in force or not."""
    if not trained:
        return f"no environment pins or pinned a version that was trained on {dataset}"
    head = ("environment", "model", "version", "digest", "trained on", "pinned by", "")
    rows = [
        (
            one.environment,
            one.model,
            one.version,
            short_digest(one.digest),
            short_digest(one.data),
            one.pinned[:12],
            f"pinned {when}" if one.is_pinned else "",
        )
        for one in trained
    ]
    return table(head, rows)
