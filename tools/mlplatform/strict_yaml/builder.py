"""Build plain values from the events of PyYAML's C parser, and refuse what a reviewer could misread.

It uses events and not `compose`: no resolver runs, nothing recurses in C, and a deep document is stopped while it is
read.
"""

import re
from array import array
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from yaml.events import AliasEvent, MappingEndEvent, MappingStartEvent, ScalarEvent, SequenceEndEvent

from mlplatform.core.finding import Finding, error
from mlplatform.strict_yaml.characters import MAX_FINDINGS, hidden
from mlplatform.strict_yaml.layout import NO_INDENT, Layout
from mlplatform.strict_yaml.scalars import CONSTANTS, NotAScalar, Scalar, resolve, short
from mlplatform.strict_yaml.source_map import COLUMNS, SourceMap

MAX_DEPTH = 32
MAX_SCALAR = 64 * 1024
_ORDINARY_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_./-]*")

Event = Any  # PyYAML's events carry no types


@lru_cache(maxsize=4096)
def _is_ordinary(key: str) -> bool:
    return _ORDINARY_KEY.fullmatch(key) is not None and key not in CONSTANTS


class ReadingStopped(Exception):
    """Raised when a document is too deep, or has too many findings, to be read any further."""


class Builder:
    """Turns events into values; `findings` are the errors, `marks` the positions of the values (see SourceMap)."""

    def __init__(self, path: str, text: str, next_event: Callable[[], Event]) -> None:
        self.findings: list[Finding] = []
        self.marks = array("Q")
        self._path = path
        self._layout = Layout(text)
        self._next = next_event

    def value(self, event: Event, depth: int = 1, indent: int = NO_INDENT) -> Any:
        """Return the value of the node that starts with this event, and consume its events.

        `indent` is the column of the block around the node: the node's other lines must be indented further.
        """
        kind = type(event)
        if kind is ScalarEvent:
            return self._scalar(event, indent)
        if kind is AliasEvent:
            self.refuse(event, "yaml-alias", f"the alias *{short(event.anchor)}", "write the value out")
            return None
        if depth > MAX_DEPTH:
            self.refuse(event, "yaml-depth", f"a value more than {MAX_DEPTH} levels deep", "make it flat")
            raise ReadingStopped
        self._check_properties(event)
        inside = NO_INDENT if event.flow_style else event.start_mark.column
        build = self._mapping if kind is MappingStartEvent else self._sequence
        value, end = build(depth, inside)
        if event.flow_style:
            self._check_layout(event, end, indent)
        return value

    def refuse(self, event: Event, rule: str, message: str, fix: str) -> None:
        """Add a finding at the position where an event starts."""
        at = (event.start_mark.line + 1, event.start_mark.column + 1)
        self.findings.append(error(rule, self._path, message, fix=fix, at=at))
        if len(self.findings) >= MAX_FINDINGS:
            raise ReadingStopped

    def _mapping(self, depth: int, indent: int) -> tuple[dict[str, Any], Event]:
        built: dict[str, Any] = {}
        first = len(self.marks)
        while type(event := self._next()) is not MappingEndEvent:
            key = self._key(event, depth)
            if key in built:
                self._duplicate(event, key, SourceMap(built, self.marks[first:]))
                self._skip(self._next(), depth)
                continue
            mark = event.start_mark
            self.marks.append(mark.line * COLUMNS + mark.column)
            built[key] = self.value(self._next(), depth + 1, indent)
        return built, event

    def _sequence(self, depth: int, indent: int) -> tuple[list[Any], Event]:
        built: list[Any] = []
        while type(event := self._next()) is not SequenceEndEvent:
            mark = event.start_mark
            self.marks.append(mark.line * COLUMNS + mark.column)
            built.append(self.value(event, depth + 1, indent))
        return built, event

    def _duplicate(self, event: Event, key: str, before: SourceMap) -> None:
        message = f"the key {short(key)} is used twice, first on line {before[(key,)][0]}"
        self.refuse(event, "yaml-duplicate-key", message, "keep one of them")

    def _skip(self, event: Event, depth: int) -> None:
        before = len(self.marks)
        self.value(event, depth + 1)
        del self.marks[before:]

    def _key(self, event: Event, depth: int) -> str:
        if type(event) is not ScalarEvent:
            self.refuse(event, "yaml-key", "a key that is not text", "write keys as plain text")
            self._skip(event, depth)
            return ""
        key: str = event.value
        if self._layout.has_question_mark and self._layout.follows_question_mark(event):
            message = f"the key {short(key)} directly after a question mark"
            self.refuse(
                event, "yaml-key", message, "delete the question mark, or put it into the quotes of the key"
            )
        if event.anchor is not None or event.tag is not None:
            self._check_properties(event)
        if not _is_ordinary(key):
            self._check_key(event, key)
        return key

    def _check_key(self, event: Event, key: str) -> None:
        if key == "<<":
            self.refuse(event, "yaml-merge-key", "the merge key <<", "write the merged keys out")
        elif not (key.isascii() and key.isprintable()):
            message = f"the key {short(ascii(key))} has characters other than printable ASCII"
            self.refuse(event, "yaml-key", message, "write keys in ASCII")
        elif event.implicit[0] and not isinstance(self._plain(event, key), str):
            message = f"the key {short(key) or '(empty)'} is not text"
            self.refuse(event, "yaml-key", message, "quote it if it is meant")

    def _scalar(self, event: Event, indent: int) -> Scalar:
        text: str = event.value
        if event.anchor is not None or event.tag is not None:
            self._check_properties(event)
        if len(text) > MAX_SCALAR:
            message = f"a value of {len(text)} characters, and {MAX_SCALAR} are allowed"
            self.refuse(event, "yaml-scalar-size", message, "move data out of the document")
            return None
        if event.implicit[0]:
            return self._plain(event, text)
        self._check_layout(event, event, indent)
        if problem := hidden(
            text
        ):  # an escape can stand for a character that the text of the file does not show
            self.refuse(event, "yaml-invisible", f"a value with {problem}", "delete the escape")
        return text

    def _plain(self, event: Event, text: str) -> Scalar:
        try:
            return resolve(text)
        except NotAScalar as why:
            self.refuse(event, "yaml-number", why.why, why.fix)
            return None

    def _check_layout(self, start: Event, end: Event, indent: int) -> None:
        if self._layout.has_glued_comment(start, end):
            self.refuse(end, "yaml-comment", "a # directly after a value", "put a space before the comment")
        if line := self._layout.outdented(start, end, indent):
            message = f"the value continues in a line that looks like a key: {short(line)}"
            self.refuse(start, "yaml-indentation", message, "indent the lines that belong to it")

    def _check_properties(self, event: Event) -> None:
        if event.anchor is not None:
            self.refuse(event, "yaml-anchor", f"the anchor &{short(event.anchor)}", "delete it")
        if event.tag is not None:
            self.refuse(event, "yaml-tag", f"the tag {short(event.tag)}", "delete it: plain values need none")
