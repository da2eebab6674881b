"""Escapes values for GitHub's Markdown: they are shown as they are, with no format, link, mention or HTML."""

import re
from collections.abc import Sequence

from mlplatform.report.plain import one_line

_MARKUP = {ord(c): f"&#{ord(c)};" for c in "&<>`*_[]#~$|\\"}
# Found in the rendered text, so that an entity does not hide them: @somebody, #12, GH-12, ://, www., :smile:
_LIVE = re.compile(r"@|#(?=\d)|\bgh(?=-\d)|:(?=//)|www(?=\.)|:(?=[\w+-]+:)", re.IGNORECASE)
_APART = "\u200b"


def prose(text: str, longest: int = 1000) -> str:
    """Words to stand within a line; never at its start, where `1.` or `-` would begin a list."""
    return _LIVE.sub(rf"\g<0>{_APART}", one_line(text, longest)).translate(_MARKUP)


def code(text: str, longest: int = 200) -> str:
    """A code span; what would end it, or a table's cell around it, is escaped."""
    line = one_line(text, longest).replace("`", "\\x60").replace("|", "\\x7c")
    return f"`{line}`" if line.strip() else "`(empty)`"


def fenced(text: str, language: str = "yaml") -> str:
    """A code block whose fence no line of the text closes."""
    lines = [one_line(line) for line in text.strip("\n").split("\n")]
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return "\n".join((f"{fence}{language}", *lines, fence))


def row(cells: Sequence[str]) -> str:
    """A line of a table; the cells are Markdown already."""
    return f"| {' | '.join(cells)} |"
