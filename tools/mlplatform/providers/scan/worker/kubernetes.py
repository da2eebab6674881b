"""Which manifests Checkov kept, and which of them no check looked at."""

from pathlib import Path
from typing import Any


def cover(running: Any, report: Any, root: Path, answer: dict[str, Any]) -> None:
    """Note how many manifests of each file were judged, and those for which Checkov has no check."""
    prefix = f"{root}/"
    answer["seen"]["kubernetes"] = {
        path.removeprefix(prefix): len(manifests) for path, manifests in running.definitions.items()
    }
    for extra in report.extra_resources:
        answer["unjudged"].append({
            "path": extra.file_abs_path.removeprefix(prefix),
            "resource": extra.resource,
        })  # fmt: skip
