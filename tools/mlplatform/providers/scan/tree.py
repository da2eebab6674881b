"""YAML as a tree with places, read strictly: everything plain text, no aliases, tags or repeated keys."""

from collections.abc import Iterator
from dataclasses import dataclass

DEPTH = 60
NODES = 200_000


class TreeError(Exception):
    """A YAML file that different programs would read in different ways, or not at all; `at` is line and column."""

    def __init__(self, message: str, at: tuple[int, int]) -> None:
        super().__init__(message)
        self.message = message
        self.at = at


@dataclass(frozen=True, slots=True)
class Node:
    """A value and where it is: `text` of a scalar, `items` of a list, `entries` of a mapping with its keys' places."""

    at: tuple[int, int]
    text: str | None = None
    items: "tuple[Node, ...] | None" = None
    entries: "dict[str, tuple[Node, Node]] | None" = None

    def get(self, key: str) -> "Node | None":
        """The value of a mapping's key; None when there is none."""
        return self.entries[key][1] if self.entries and key in self.entries else None

    def keys(self) -> tuple[str, ...]:
        return tuple(self.entries or ())

    def values(self) -> "Iterator[tuple[str, Node]]":
        for key, (_, value) in (self.entries or {}).items():
            yield key, value

    def list(self) -> "tuple[Node, ...]":
        """The items of a list, or a scalar alone."""
        return self.items if self.items is not None else (self,) if self.text is not None else ()

    def scalars(self) -> "Iterator[Node]":
        """Every scalar below, keys too, in order."""
        if self.text is not None:
            yield self
        for item in self.items or ():
            yield from item.scalars()
        for key, value in (self.entries or {}).values():
            yield key
            yield from value.scalars()


def read_documents(text: str) -> list[Node]:
    """The documents of a YAML file; TreeError when it isn't strict YAML."""
    from yaml import YAMLError
    from yaml._yaml import CParser

    builder = _Builder(CParser(text))
    try:
        return builder.documents()
    except YAMLError as why:
        mark = getattr(why, "problem_mark", None)
        at = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise TreeError(f"it is not YAML: {getattr(why, 'problem', None) or why}", at) from None


class _Builder:
    def __init__(self, parser: object) -> None:
        self.next = parser.get_event  # type: ignore[attr-defined]
        self.count = 0

    def documents(self) -> list[Node]:
        nodes: list[Node] = []
        while True:
            event = self.next()
            name = type(event).__name__
            if name == "StreamEndEvent":
                return nodes
            if name == "DocumentStartEvent":
                if event.version or event.tags:
                    raise TreeError("a YAML directive", _at(event))
                nodes.append(self.node(self.next(), 0))

    def node(self, event: object, depth: int) -> Node:
        self.count += 1
        at = _at(event)
        if depth > DEPTH or self.count > NODES:
            raise TreeError("it is too deep or too large", at)
        name = type(event).__name__
        if name == "AliasEvent" or getattr(event, "anchor", None):
            raise TreeError("an anchor or alias: write the value out", at)
        if getattr(event, "tag", None) not in (None, "!"):
            raise TreeError("a YAML tag", at)
        if name == "ScalarEvent":
            return Node(at, text=event.value)  # type: ignore[attr-defined]
        return self.sequence(at, depth) if name == "SequenceStartEvent" else self.mapping(at, depth)

    def sequence(self, at: tuple[int, int], depth: int) -> Node:
        items = []
        while type(event := self.next()).__name__ != "SequenceEndEvent":
            items.append(self.node(event, depth + 1))
        return Node(at, items=tuple(items))

    def mapping(self, at: tuple[int, int], depth: int) -> Node:
        entries: dict[str, tuple[Node, Node]] = {}
        while type(event := self.next()).__name__ != "MappingEndEvent":
            key = self.node(event, depth + 1)
            if key.text is None or key.text == "<<":
                raise TreeError("a key that is not plain text", key.at)
            if key.text in entries:
                raise TreeError(f"the key {key.text[:60]} is written twice", key.at)
            entries[key.text] = (key, self.node(self.next(), depth + 1))
        return Node(at, entries=entries)


def _at(event: object) -> tuple[int, int]:
    mark = event.start_mark  # type: ignore[attr-defined]
    return mark.line + 1, mark.column + 1
