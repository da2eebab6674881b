"""Build plain values from the events of PyYAML's C parser, and refuse what a reviewer could misread.

It uses events and not `compose`: no resolver runs, nothing recurses in C, and a deep document is stopped while it is
read.
"""

import re
from array import array
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any

from yaml.events import AliasEvent, MappingEndEvent, MappingStartEvent, ScalarEvent, SequenceEndEvent

from mlplatform.core.finding import Finding
from mlplatform.core.rule import Rule, declare_rule
from mlplatform.strict_yaml.characters import MAX_FINDINGS, YAML_INVISIBLE, hidden
from mlplatform.strict_yaml.layout import NO_INDENT, Layout
from mlplatform.strict_yaml.scalars import CONSTANTS, NotAScalar, Scalar, resolve, short
from mlplatform.strict_yaml.source_map import COLUMNS, SourceMap

_rule = partial(declare_rule, __name__, soc2=("CC8.1", "PI1.2"))
YAML_ALIAS = _rule(
    "yaml-alias",
    "No aliases",
    "An alias stands for a value elsewhere, so a reviewer does not see it, and a few lines of nested aliases can "
    "fill the memory.",
    fix="write the value out",
    passes="encryption: {atRest: aws:kms, key: alias/clinic, inTransit: tls}",
    fails="encryption: *same",
)
YAML_ANCHOR = _rule(
    "yaml-anchor",
    "No anchors",
    "An anchor is only of use with aliases, and those are refused.",
    fix="delete the &name",
    passes="owner: ada",
    fails="owner: &lead ada",
)
YAML_COMMENT = _rule(
    "yaml-comment",
    "A space separates a comment from a value",
    '`"a"#b` is a comment to some readers of YAML and a syntax error to others.',
    fix="put a space before the #",
    passes='costCenter: "K8" # schools',
    fails='costCenter: "K8"# schools',
)
YAML_DEPTH = _rule(
    "yaml-depth",
    "No deep nesting",
    "Documents are flat. Nesting deeper than 32 levels is a mistake, or an attack on the parser.",
    fix="make it flat",
    passes="quotas: {production: {gpu: 1, cpu: 4, memoryGiB: 8, endpoints: 2}}",
    fails="description: [[[[[[[[… 33 levels …]]]]]]]]",
)
YAML_DUPLICATE_KEY = _rule(
    "yaml-duplicate-key",
    "No duplicate keys",
    "Most YAML parsers keep the last value, and a reviewer reads the first.",
    fix="keep one of them",
    passes="classification: pii",
    fails="classification: pii\nclassification: public",
)
YAML_INDENTATION = _rule(
    "yaml-indentation",
    "All lines of a value are indented",
    "Otherwise a line inside quotes or brackets could look like a key of the document.",
    fix="indent the lines that belong to the value",
    passes='description: "one\n  two"',
    fails='description: "one\nclassification: public"',
)
YAML_KEY = _rule(
    "yaml-key",
    "Keys are plain text in ASCII",
    "A reviewer could mistake a key that is a number or a list, or that looks like another key.",
    fix="write the key in ASCII, and quote it if it looks like a number",
    passes="owner: ada",
    fails="1: ada",
)
YAML_MERGE_KEY = _rule(
    "yaml-merge-key",
    "No merge keys",
    "`<<` adds keys from elsewhere, which a reviewer does not see in their place.",
    fix="write the merged keys out",
    passes="encryption: {atRest: aws:kms, key: alias/clinic, inTransit: tls}",
    fails="encryption: {<<: *weak, inTransit: tls}",
)
YAML_NUMBER = _rule(
    "yaml-number",
    "Numbers are unambiguous",
    "`012` is ten to one parser and twelve to another, `1:30` may be ninety, and JSON parsers round numbers "
    "beyond 2^53.",
    fix="write it in decimal without leading zeros, or quote it if it is text",
    passes='accounts: {training: "012345678901", inference: "222222222222"}',
    fails="accounts: {training: 012345678901, inference: 222222222222}",
)
YAML_SCALAR_SIZE = _rule(
    "yaml-scalar-size",
    "Values are small",
    "A value of more than 64 KiB is data, which nobody reviews.",
    fix="move data out of the document",
    passes="description: Reading recommendations, K-8",
    fails="description: (65,537 characters)",
)
YAML_TAG = _rule(
    "yaml-tag",
    "No tags",
    "`!!str` and the like change the type of a value, and some parsers execute code for them.",
    fix="delete it: plain values need no tag",
    passes='version: "1.0"',
    fails="version: !!str 1.0",
)

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
            self.refuse(event, YAML_ALIAS, f"the alias *{short(event.anchor)}", "write the value out")
            return None
        if depth > MAX_DEPTH:
            self.refuse(event, YAML_DEPTH, f"a value more than {MAX_DEPTH} levels deep", "make it flat")
            raise ReadingStopped
        self._check_properties(event)
        inside = NO_INDENT if event.flow_style else event.start_mark.column
        build = self._mapping if kind is MappingStartEvent else self._sequence
        value, end = build(depth, inside)
        if event.flow_style:
            self._check_layout(event, end, indent)
        return value

    def refuse(self, event: Event, rule: Rule, message: str, fix: str) -> None:
        """Add a finding at the position where an event starts."""
        at = (event.start_mark.line + 1, event.start_mark.column + 1)
        self.findings.append(rule.error(self._path, message, fix=fix, at=at))
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
        self.refuse(event, YAML_DUPLICATE_KEY, message, "keep one of them")

    def _skip(self, event: Event, depth: int) -> None:
        before = len(self.marks)
        self.value(event, depth + 1)
        del self.marks[before:]

    def _key(self, event: Event, depth: int) -> str:
        if type(event) is not ScalarEvent:
            self.refuse(event, YAML_KEY, "a key that is not text", "write keys as plain text")
            self._skip(event, depth)
            return ""
        key: str = event.value
        if self._layout.has_question_mark and self._layout.follows_question_mark(event):
            message = f"the key {short(key)} directly after a question mark"
            self.refuse(
                event, YAML_KEY, message, "delete the question mark, or put it into the quotes of the key"
            )
        if event.anchor is not None or event.tag is not None:
            self._check_properties(event)
        if not _is_ordinary(key):
            self._check_key(event, key)
        return key

    def _check_key(self, event: Event, key: str) -> None:
        if key == "<<":
            self.refuse(event, YAML_MERGE_KEY, "the merge key <<", "write the merged keys out")
        elif not (key.isascii() and key.isprintable()):
            message = f"the key {short(ascii(key))} has characters other than printable ASCII"
            self.refuse(event, YAML_KEY, message, "write keys in ASCII")
        elif event.implicit[0] and not isinstance(self._plain(event, key), str):
            message = f"the key {short(key) or '(empty)'} is not text"
            self.refuse(event, YAML_KEY, message, "quote it if it is meant")

    def _scalar(self, event: Event, indent: int) -> Scalar:
        text: str = event.value
        if event.anchor is not None or event.tag is not None:
            self._check_properties(event)
        if len(text) > MAX_SCALAR:
            message = f"a value of {len(text)} characters, and {MAX_SCALAR} are allowed"
            self.refuse(event, YAML_SCALAR_SIZE, message, "move data out of the document")
            return None
        if event.implicit[0]:
            return self._plain(event, text)
        self._check_layout(event, event, indent)
        if problem := hidden(
            text
        ):  # an escape can stand for a character that the text of the file does not show
            self.refuse(event, YAML_INVISIBLE, f"a value with {problem}", "delete the escape")
        return text

    def _plain(self, event: Event, text: str) -> Scalar:
        try:
            return resolve(text)
        except NotAScalar as why:
            self.refuse(event, YAML_NUMBER, why.why, why.fix)
            return None

    def _check_layout(self, start: Event, end: Event, indent: int) -> None:
        if self._layout.has_glued_comment(start, end):
            self.refuse(end, YAML_COMMENT, "a # directly after a value", "put a space before the comment")
        if line := self._layout.outdented(start, end, indent):
            message = f"the value continues in a line that looks like a key: {short(line)}"
            self.refuse(start, YAML_INDENTATION, message, "indent the lines that belong to it")

    def _check_properties(self, event: Event) -> None:
        if event.anchor is not None:
            self.refuse(event, YAML_ANCHOR, f"the anchor &{short(event.anchor)}", "delete it")
        if event.tag is not None:
            self.refuse(event, YAML_TAG, f"the tag {short(event.tag)}", "delete it: plain values need none")
