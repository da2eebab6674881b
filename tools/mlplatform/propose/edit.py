"""Pins another version in the text of a deployment document."""

from typing import Any

from yaml.nodes import MappingNode

from mlplatform.core.errors import Refusal
from mlplatform.propose.pinned import Pinned
from mlplatform.propose.yaml_edit import block, compose, end_of, entries, put, read_mapping, start_of

DEFAULT_RUNNING = """\
serving: {instances: 1, cpu: 1, memoryGiB: 1, gpu: {count: 0}}
rollout: {strategy: all}
"""
_KEYS = ("schema", "version", "digest", "from", "metrics", "serving", "rollout")
_RUNNING = ("serving", "rollout")


def edit(text: str, pinned: Pinned, where: str) -> str:
    """Return the document with this version pinned; everything else in it stays, byte for byte."""
    before = read_mapping(text, where)
    if before.get("schema") != "deployment/v1":
        raise Refusal(
            "this is not a deployment document", where=where, fix="its first key is `schema: deployment/v1`"
        )
    pins = pinned.as_document()
    if not pins["metrics"] and "metrics" not in before:
        del pins["metrics"]
    edited = text
    for key, value in pins.items():
        edited = put(edited, (key,), value, before=_KEYS[: _KEYS.index(key)], where=where)
    _confirm(read_mapping(edited, where), {**before, **pins}, where)
    return edited


def new_document(pinned: Pinned, path: str, running_from: str | None = None) -> str:
    """A new document at this path; how it runs is copied from the text of another, comments included."""
    pins = {"schema": "deployment/v1", **pinned.as_document()}
    if not pins["metrics"]:
        del pins["metrics"]
    lines = [schema_hint(path, "deployment"), *(line for item in pins.items() for line in block(*item))]
    text = "\n".join(lines) + "\n" + _running(running_from or DEFAULT_RUNNING, path)
    running = read_mapping(running_from or DEFAULT_RUNNING, path)
    _confirm(read_mapping(text, path), {**pins, **{key: running[key] for key in _RUNNING}}, path)
    return text


def schema_hint(path: str, kind: str) -> str:
    """The comment that names a document's JSON Schema to editors."""
    return f"# yaml-language-server: $schema={'../' * path.count('/')}policies/schemas/{kind}.schema.json"


def _running(text: str, where: str) -> str:
    """The text of `serving` and `rollout`, whole lines, so that the comments beside them come along."""
    root = compose(text, where)
    present = entries(root)
    if missing := [key for key in _RUNNING if key not in present]:
        raise Refusal(f"`{missing[0]}` is missing, so it cannot be copied", where=where, fix="add it first")
    return "".join(_lines_of(text, root, key) for key in _RUNNING)


def _lines_of(text: str, root: MappingNode, key: str) -> str:
    entry = entries(root)[key]
    start, end = start_of(entry.key), end_of(text, entry.value)
    if not root.flow_style and (line_end := text.find("\n", end)) >= 0:
        end = line_end
    return text[start:end].rstrip() + "\n"


def _confirm(values: Any, expected: Any, where: str) -> None:
    """Refuse to propose a document that differs from the request."""
    if values != expected:
        raise Refusal(
            "the document is laid out in a way that cannot be changed automatically",
            where=where,
            fix="lay it out as the other documents do, or change it by hand",
        )
