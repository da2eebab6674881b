"""A document's text as YAML nodes, which know their place in it."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import yaml
from yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode, SequenceNode

from mlplatform.core.errors import Refusal
from mlplatform.propose.scalars import resolve

Key = str
Pointer = tuple[Key, ...]


class Entry(NamedTuple):
    """One key of a mapping with its value."""

    key: ScalarNode
    value: Node


def compose(text: str, where: str) -> MappingNode:
    """The document's top mapping; Refusal for anything that is not a mapping free of aliases and duplicate keys."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError) as error:
        raise _unreadable(where, "is not YAML that can be read") from error
    if not isinstance(root, MappingNode):
        raise _unreadable(where, "is not a mapping")
    seen: set[int] = set()
    for node in _walk(root):
        if id(node) in seen:
            raise _unreadable(where, "uses a YAML alias")
        seen.add(id(node))
        if isinstance(node, MappingNode):
            keys = [key.value for key, _ in node.value if isinstance(key, ScalarNode)]
            if len(keys) != len(node.value) or len(set(keys)) != len(keys):
                raise _unreadable(where, "has a key twice, or one that is not a word")
    return root


def find(root: MappingNode, pointer: Pointer) -> Node | None:
    """The value at a pointer, or None."""
    node: Node = root
    for key in pointer:
        entry = entries(node).get(key) if isinstance(node, MappingNode) else None
        if entry is None:
            return None
        node = entry.value
    return node


def entries(mapping: MappingNode) -> dict[Key, Entry]:
    """The entries of a mapping by key, in the order of the text."""
    return {key.value: Entry(key, value) for key, value in mapping.value}


def start_of(node: Node) -> int:
    """Where a node begins in the text."""
    return int(node.start_mark.index)


def end_of(text: str, node: Node) -> int:
    """Where a node's last character ends; what YAML counts to a block and is only space or comment is left out."""
    if isinstance(node, CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return end_of(text, last[1] if isinstance(node, MappingNode) else last)
    start, end = start_of(node), int(node.end_mark.index)
    return start + len(text[start:end].rstrip())


def data_of(node: Node) -> Any:
    """The plain value of a node, its scalars read as YAML 1.2 does."""
    if isinstance(node, MappingNode):
        return {key: data_of(entry.value) for key, entry in entries(node).items()}
    if isinstance(node, SequenceNode):
        return [data_of(item) for item in node.value]
    return node.value if isinstance(node, ScalarNode) and node.style else resolve(node.value)


def read_mapping(text: str, where: str) -> Mapping[str, Any]:
    """A document's plain values."""
    data: Mapping[str, Any] = data_of(compose(text, where))
    return data


def _walk(node: Node) -> Iterator[Node]:
    yield node
    if isinstance(node, MappingNode):
        for key, value in node.value:
            yield from _walk(key)
            yield from _walk(value)
    elif isinstance(node, SequenceNode):
        for item in node.value:
            yield from _walk(item)


def _unreadable(where: str, why: str) -> Refusal:
    return Refusal(f"the document {why}", where=where, fix="run `platform check` and mend the document first")
