"""Find where the C parser reads a text differently from YAML 1.2, or from people who look at its lines."""

import re
from functools import cached_property
from typing import Any

NO_INDENT = -1  # inside brackets, or around the whole document
_BLOCK_STYLES = ("|", ">")
_BLOCK_HEADER = re.compile(r"[|>][-+0-9]*#")


class Layout:
    """The text of a document, in which the events of its parser are looked up."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.has_question_mark = "?" in text  # few documents have one, and every key is checked

    @cached_property
    def _lines(self) -> list[str]:
        return self._text.split("\n")

    def follows_question_mark(self, key: Any) -> bool:
        """True when a key directly follows a `?`: YAML 1.2 reads {?a: 1} as the key ?a, the parser as a."""
        index: int = key.start_mark.index
        return index > 0 and self._text[index - 1] == "?"

    def has_glued_comment(self, start: Any, end: Any) -> bool:
        """True when the parser reads a comment that is not one in YAML 1.2, as in `"a"#b`."""
        if getattr(start, "style", None) in _BLOCK_STYLES:
            return _BLOCK_HEADER.match(self._text, start.start_mark.index) is not None
        return self._text.startswith("#", end.end_mark.index)

    def outdented(self, start: Any, end: Any, indent: int) -> str | None:
        """Return the first line of a quoted or bracketed value that is indented no further than the block around it.

        The parser allows it and YAML 1.2 does not: a line inside quotes could look like a key.
        """
        first, last = start.start_mark.line, end.end_mark.line
        if first == last or indent == NO_INDENT or getattr(start, "style", None) in _BLOCK_STYLES:
            return None
        lines = self._lines[first + 1 : last + 1]
        return next((line.strip() for line in lines if line.strip() and _indent(line) <= indent), None)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
