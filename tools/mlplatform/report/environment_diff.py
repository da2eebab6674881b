"""Prints what two environments pin differently: `platform diff`."""

from collections.abc import Sequence
from json import dumps
from typing import Any

from mlplatform.core.payload import short_digest
from mlplatform.observe.environment_diff import PinDifference
from mlplatform.report.plain import counted
from mlplatform.report.table import table


def diff_text(
    left: str, right: str, differences: Sequence[PinDifference], commit: str, width: int | None = None
) -> str:
    """A row for each key that differs, under the names of the two environments."""
    count = len({difference.model for difference in differences})
    summary = f"{left} and {right} at {commit[:12]}: {counted(count, 'model')} pinned differently"
    if not differences:
        return summary
    rows = [_row(difference) for difference in differences]
    return "\n".join([table(("model", "key", left, right), rows, width), summary])


def diff_json(left: str, right: str, differences: Sequence[PinDifference], commit: str) -> dict[str, Any]:
    """The two environments, and the values of each key that differs, left first; null where there is none."""
    models: dict[str, dict[str, Any]] = {}
    for difference in differences:
        models.setdefault(difference.model, {})[difference.key] = [difference.left, difference.right]
    return {"commit": commit, "environments": [left, right], "models": models}


def _row(difference: PinDifference) -> tuple[str, ...]:
    values = (_shown(difference.key, value) for value in (difference.left, difference.right))
    return difference.model, difference.key, *values


def _shown(key: str, value: Any) -> str:
    if value is None:
        return "-"
    if key.split(".")[-1] == "digest":
        return short_digest(value)
    return value if isinstance(value, str) else dumps(value)
