"""Builds plain values from the events of PyYAML's C parser, and refuses what a reviewer could misread.

Events rather than `compose`: no resolver runs, nothing recurses in C, and a deep document is stopped as it is read.
"""

import re
from collections.abc import Callable
from typing import Any

from yaml.events import AliasEvent, Event, MappingEndEvent, MappingStartEvent, ScalarEvent, SequenceEndEvent

from mlplatform.core.document import Place, Pointer
from mlplatform.core.finding import Finding, error
from mlplatform.load.characters import hidden
from mlplatform.load.scalars import CONSTANTS, NotAScalar, Scalar, resolve, short

MAX_DEPTH = 32
MAX_SCALAR = 64 * 1024
MAX_FINDINGS = 20
_ORDINARY_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_./-]*")


class TooMuch(Exception):
    """The document is too deep, or has too many findings, to be worth reading on."""


class Builder:
    """The value of one document, the place of each part of it, and what is wrong with it."""

    def __init__(self, path: str, next_event: Callable[[], Any]) -> None:
        self.findings: list[Finding] = []
        self.places: dict[Pointer, Place] = {}
        self._path = path
        self._next = next_event

    def value(self, event: Any, pointer: Pointer = ()) -> Any:
        """What the node that starts with this event holds; its events are used up."""
        kind = type(event)
        if kind is ScalarEvent:
            return self._scalar(event)
        if kind is AliasEvent:
            return self._refuse(event, "yaml-alias", f"the alias *{short(event.anchor)}", "write the value out")
        if len(pointer) >= MAX_DEPTH:
            self._refuse(event, "yaml-depth", f"a value more than {MAX_DEPTH} levels deep", "make the document flat")
            raise TooMuch
        self._check_properties(event)
        return self._mapping(pointer) if kind is MappingStartEvent else self._sequence(pointer)

    def _mapping(self, pointer: Pointer) -> dict[str, Any]:
        built: dict[str, Any] = {}
        while type(event := self._next()) is not MappingEndEvent:
            key = self._key(event)
            inside = (*pointer, key)
            if key in built:
                said = f"the key {short(key)} is there twice, first on line {self.places[inside][0]}"
                self._refuse(event, "yaml-duplicate-key", said, "keep one of them")
            else:
                self.places[inside] = _place(event)
            built[key] = self.value(self._next(), inside)
        return built

    def _sequence(self, pointer: Pointer) -> list[Any]:
        built: list[Any] = []
        while type(event := self._next()) is not SequenceEndEvent:
            inside = (*pointer, len(built))
            self.places[inside] = _place(event)
            built.append(self.value(event, inside))
        return built

    def _key(self, event: Any) -> str:
        if type(event) is not ScalarEvent:
            self._refuse(event, "yaml-key", "a key that is not text", "write keys as plain text")
            self.value(event)
            return "?"
        key: str = event.value
        if _ORDINARY_KEY.fullmatch(key) and key not in CONSTANTS and event.anchor is None and event.tag is None:
            return key
        self._check_properties(event)
        self._check_key(event, key)
        return key

    def _check_key(self, event: Event, key: str) -> None:
        if key == "<<":
            self._refuse(event, "yaml-merge-key", "the merge key <<", "write the merged keys out")
        elif not (key.isascii() and key.isprintable()):
            said = f"the key {short(ascii(key))} has characters other than printable ASCII"
            self._refuse(event, "yaml-key", said, "write keys in ASCII")
        elif not isinstance(self._scalar(event), str):
            self._refuse(event, "yaml-key", f"the key {short(key) or '(empty)'} is not text", "quote it if it is meant")

    def _scalar(self, event: Any) -> Scalar:
        text: str = event.value
        if event.anchor is not None or event.tag is not None:
            self._check_properties(event)
        if len(text) > MAX_SCALAR:
            said = f"a value of {len(text)} characters, and {MAX_SCALAR} are allowed"
            return self._refuse(event, "yaml-scalar-size", said, "a document is small: move data elsewhere")
        if event.implicit[0]:
            return self._plain(event, text)
        if what := hidden(text):  # an escape can hide what the text of the file does not show
            self._refuse(event, "yaml-invisible", f"a value with {what}", "delete the escape")
        return text

    def _plain(self, event: Event, text: str) -> Scalar:
        try:
            return resolve(text)
        except NotAScalar as why:
            return self._refuse(event, "yaml-number", why.why, why.fix)

    def _check_properties(self, event: Any) -> None:
        if event.anchor is not None:
            self._refuse(event, "yaml-anchor", f"the anchor &{short(event.anchor)}", "delete it")
        if event.tag is not None:
            self._refuse(event, "yaml-tag", f"the tag {short(event.tag)}", "delete it: plain values need none")

    def _refuse(self, event: Event, rule: str, said: str, fix: str) -> None:
        self.findings.append(error(rule, self._path, said, fix=fix, at=_place(event)))
        if len(self.findings) >= MAX_FINDINGS:
            raise TooMuch


def _place(event: Any) -> Place:
    mark = event.start_mark
    return mark.line + 1, mark.column + 1
