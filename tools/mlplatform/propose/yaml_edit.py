"""Changing single values of a YAML text: what is not changed stays as it is, byte for byte.

ruamel.yaml would be the usual way; it re-indents blocks and respaces flow mappings that nobody touched, and a
reviewer of a promotion should see the promotion only. So each change is spliced into the text at its place.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import yaml
from yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode, SequenceNode

from mlplatform.core.errors import Refusal
from mlplatform.strict_yaml.parser import parse
from mlplatform.strict_yaml.scalars import resolve
from mlplatform.strict_yaml.writer import write, write_text

Pointer = tuple[str, ...]

_LONGEST_LINE = 140  # one data set with its digest fits
_BLANK = re.compile(r"[ \t]*(#.*)?$")


class MappingEntry(NamedTuple):
    """One key of a mapping with its value."""

    key: ScalarNode
    value: Node


def read_mapping(text: str, where: str) -> Mapping[str, Any]:
    """Return a document's plain values; Refusal with the first finding where `parse` has any."""
    parsed = parse(where, text.encode())
    if parsed.data is None:
        finding = parsed.findings[0]
        raise Refusal(f"the document cannot be read: {finding.message}", where=finding.where, fix=finding.fix)
    return parsed.data


def put(text: str, pointer: Pointer, value: Any, *, before: Sequence[str] = (), where: str = "") -> str:
    """The text with this value at a pointer: a string, a number, or a mapping of those.

    A new key goes behind the nearest key of `before` that is there. A mapping ends up with these keys exactly.
    """
    *path, name = pointer
    parent = _mapping(text, tuple(path), where)
    entry = entries(parent).get(name)
    if entry is None:
        return _insert(text, parent, name, value, before)
    if isinstance(value, Mapping) and isinstance(entry.value, MappingNode):
        if not value and entry.value.value:
            return _empty(text, parent, name)
        return _put_entries(text, pointer, value, where)
    if isinstance(value, Mapping) or not isinstance(entry.value, ScalarNode):
        raise _cannot(where, pointer)
    return text if _same(entry.value, value) else _replace(text, entry.value, value)


def extend(
    text: str, name: str, values: Sequence[str], *, before: Sequence[str] = (), where: str = ""
) -> str:
    """The text with these values at the end of a list of texts at the top, without those that it has."""
    root = compose(text, where)
    entry = entries(root).get(name)
    if entry is None:
        return _insert(text, root, name, list(values), before)
    items = entry.value
    if not isinstance(items, SequenceNode):
        raise _cannot(where, (name,))
    present = {item.value for item in items.value}
    new = [flow(value) for value in values if value not in present]
    if not new:
        return text
    if not items.value:
        at = start_of(items) + 1
        return text[:at] + ", ".join(new) + text[at:]
    at = end_of(text, items.value[-1])
    if items.flow_style:
        return text[:at] + "".join(f", {value}" for value in new) + text[at:]
    at = _line_end(text, at)
    return text[:at] + "".join(f"\n{' ' * items.start_mark.column}- {value}" for value in new) + text[at:]


def compose(text: str, where: str) -> MappingNode:
    """Return the top mapping of a document as nodes, which know their place; Refusal unless it is in our dialect."""
    read_mapping(text, where)
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    assert isinstance(root, MappingNode)  # noqa: S101 (else it could not be read)
    return root


def entries(mapping: MappingNode) -> dict[str, MappingEntry]:
    """Return the entries of a mapping by key, in the order of the text."""
    return {key.value: MappingEntry(key, value) for key, value in mapping.value}


def start_of(node: Node) -> int:
    """Return where a node begins in the text."""
    return int(node.start_mark.index)


def end_of(text: str, node: Node) -> int:
    """Return where a node's last character ends, without the spaces and comments that YAML counts to a block."""
    if isinstance(node, CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return end_of(text, last[1] if isinstance(node, MappingNode) else last)
    start, end = start_of(node), int(node.end_mark.index)
    return start + len(text[start:end].rstrip())


def flow(value: Any) -> str:
    """A value on one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{write_text(key)}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    return write(value, '"' if isinstance(value, str) and ":" in value else "")


def block(name: str, value: Any, indent: str = "") -> list[str]:
    """The lines of an entry: on one line where that is short enough, else one line a key."""
    key = f"{indent}{write_text(name)}:"
    if not isinstance(value, Mapping):
        return [f"{key} {flow(value) if isinstance(value, list) else write(value)}"]
    if len(line := f"{key} {flow(value)}") <= _LONGEST_LINE or not value:
        return [line]
    return [key, *(inner for item in value.items() for inner in block(*item, indent + "  "))]


def _put_entries(text: str, pointer: Pointer, value: Mapping[str, Any], where: str) -> str:
    names = list(value)
    for index, name in enumerate(names):
        text = put(text, (*pointer, name), value[name], before=names[:index], where=where)
    mapping = _mapping(text, pointer, where)
    for gone in [name for name in entries(mapping) if name not in value]:
        text = _remove(text, _mapping(text, pointer, where), gone)
    return text


def _mapping(text: str, pointer: Pointer, where: str) -> MappingNode:
    node: Node = compose(text, where)
    for key in pointer:
        entry = entries(node).get(key) if isinstance(node, MappingNode) else None
        if entry is None:
            raise _cannot(where, pointer)
        node = entry.value
    if not isinstance(node, MappingNode):
        raise _cannot(where, pointer)
    return node


def _same(node: ScalarNode, value: str | float) -> bool:
    before = node.value if node.style else resolve(node.value)
    return bool(before == value) and isinstance(before, str) == isinstance(value, str)


def _replace(text: str, node: ScalarNode, value: str | float) -> str:
    start, end = start_of(node), end_of(text, node)
    quotes = node.style if node.style in ("'", '"') else ""
    gap = " " if text[start - 1 : start] == ":" else ""
    return text[:start] + gap + write(value, quotes) + text[end:]


def _empty(text: str, parent: MappingNode, name: str) -> str:
    """The text with `{}` for a mapping that has entries; a comment beside the key stays."""
    key, mapping = entries(parent)[name]
    end = end_of(text, mapping)
    if isinstance(mapping, MappingNode) and mapping.flow_style:
        return text[: start_of(mapping)] + "{}" + text[end:]
    colon = text.index(":", key.end_mark.index) + 1
    return text[:colon] + " {}" + text[colon : _line_end(text, colon)] + text[end:]


def _insert(text: str, parent: MappingNode, name: str, value: Any, before: Sequence[str]) -> str:
    present = entries(parent)
    behind = next((present[key] for key in reversed(before) if key in present), None)
    if parent.flow_style or not present:
        return _insert_in_flow(text, parent, name, value, behind)
    return _insert_in_block(text, parent, name, value, behind)


def _insert_in_flow(
    text: str, parent: MappingNode, name: str, value: Any, behind: MappingEntry | None
) -> str:
    entry = f"{write_text(name)}: {flow(value)}"
    if behind:
        at = end_of(text, behind.value)
        return f"{text[:at]}, {entry}{text[at:]}"
    if parent.value:
        at = start_of(parent.value[0][0])
        return f"{text[:at]}{entry}, {text[at:]}"
    at = start_of(parent) + 1
    return text[:at] + entry + text[at:]


def _insert_in_block(
    text: str, parent: MappingNode, name: str, value: Any, behind: MappingEntry | None
) -> str:
    first = parent.value[0][0]
    lines = "\n".join(block(name, value, " " * first.start_mark.column))
    if behind:
        at = _line_end(text, end_of(text, behind.value))
        return text[:at] + "\n" + lines + text[at:]
    at = _line_start(text, start_of(first))
    while _is_comment(text, _line_start(text, at - 1), at):  # the comments above the first stay with it
        at = _line_start(text, at - 1)
    return text[:at] + lines + "\n" + text[at:]


def _remove(text: str, parent: MappingNode, name: str) -> str:
    entry = entries(parent)[name]
    start, end = start_of(entry.key), end_of(text, entry.value)
    if not parent.flow_style:
        return _without_lines(text, start, end)
    comma = re.compile(r"(?:\s|#[^\n]*+)*+,").match(text, end)
    if comma:
        end = comma.end()
        if _has_lines_of_its_own(text, start, end):
            return _without_lines(text, start, end)
        return text[:start] + text[end:].lstrip(" \t")
    names = list(entries(parent))
    if len(names) > 1:
        previous = end_of(text, entries(parent)[names[-2]].value)
        if "\n" not in text[previous:start]:
            start = previous
    if _has_lines_of_its_own(text, start, end):
        return _without_lines(text, start, end)
    return text[:start] + text[end:]


def _line_start(text: str, at: int) -> int:
    return text.rfind("\n", 0, at) + 1


def _line_end(text: str, at: int) -> int:
    """Return where the line ends, before its line break."""
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def _is_comment(text: str, start: int, end: int) -> bool:
    return start < end and text[start:end].lstrip().startswith("#")


def _has_lines_of_its_own(text: str, start: int, end: int) -> bool:
    before, after = text[_line_start(text, start) : start], text[end : _line_end(text, end)]
    return not before.strip() and bool(_BLANK.match(after))


def _without_lines(text: str, start: int, end: int) -> str:
    first, last = _line_start(text, start), text.find("\n", end)
    return text[:first] + text[last + 1 :] if last >= 0 else text[:first].rstrip("\n")


def _cannot(where: str, pointer: Pointer) -> Refusal:
    return Refusal(
        f"`{'.'.join(pointer)}` is laid out in a way that cannot be changed automatically",
        where=where,
        fix="lay it out as the other documents do, or change it by hand",
    )
