"""The deployments that a change adds, changes or removes, as rows of a Markdown table."""

from collections.abc import Iterator, Mapping
from json import dumps
from typing import Any

from mlplatform.core.check_result import DeploymentChange
from mlplatform.core.payload import short_digest
from mlplatform.report.check.markdown.escaping import code, prose, row

HEAD = (row(("environment", "model", "what", "version", "metrics", "scale", "else")), row(("---",) * 7))
_SHOWN = {"version", "digest", "metrics", "serving", "from", "schema"}
_MOST = 12  # values in a cell

Values = Mapping[str, Any]


def change_row(change: DeploymentChange) -> str:
    """Environment, model, what happens, version, metrics and scale from → to, and the other keys that differ."""
    before, after = change.before or {}, change.after or {}
    action = "**rollback**" if change.is_rollback else change.action
    return row(
        (
            code(change.environment),
            code(change.model),
            action if action != "removed" else "**removed**",
            _version(before, after),
            _listed(_metrics(_part(before, "metrics"), _part(after, "metrics"))),
            _listed(_scale(_flat(_part(before, "serving")), _flat(_part(after, "serving")))),
            _listed(_others(before, after)) if before and after else "",
        )
    )


def _version(before: Values, after: Values) -> str:
    versions = _step(before.get("version"), after.get("version"))
    old, new = before.get("digest"), after.get("digest")
    if before.get("version") == after.get("version") and old != new:
        return f"{versions}, other artifact: {_step(short_digest(str(old)), short_digest(str(new)))}"
    return versions


def _metrics(before: Values, after: Values) -> Iterator[str]:
    for name in {**before, **after}:
        old, new = before.get(name), after.get(name)
        yield f"{prose(str(name), 80)} {_step(old, new)}{_difference(old, new)}"


def _scale(before: Values, after: Values) -> Iterator[str]:
    for name in {**before, **after}:
        old, new = before.get(name), after.get(name)
        if old != new or not before:
            yield f"{prose(str(name), 80)} {_step(old, new)}"
    if before and before == after:
        yield "same"


def _others(before: Values, after: Values) -> Iterator[str]:
    for name in {**before, **after}:
        if name not in _SHOWN and before.get(name) != after.get(name):
            yield code(str(name), 80)


def _step(old: Any, new: Any) -> str:
    if old is None or new is None or old == new:
        return code(_text(old if new is None else new), 80) if old is not None or new is not None else ""
    return f"{code(_text(old), 80)} → {code(_text(new), 80)}"


def _difference(old: Any, new: Any) -> str:
    if not (_is_number(old) and _is_number(new)) or old == new:
        return ""
    return f" ({new - old:+.6g})"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else dumps(value, ensure_ascii=False)


def _part(values: Values, key: str) -> Values:
    part = values.get(key)
    return part if isinstance(part, Mapping) else {}


def _flat(values: Values, before: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{before}{name}.")
        else:
            flat[f"{before}{name}"] = value
    return flat


def _listed(entries: Iterator[str]) -> str:
    listed = list(entries)
    more = [f"and {len(listed) - _MOST} more"] if len(listed) > _MOST else []
    return "<br>".join([*listed[:_MOST], *more])
