"""Finds reads of input in a Rego text that its METADATA does not name: such parts are never sent."""

import re
from collections.abc import Collection, Iterator

ALWAYS_THERE = frozenset({"kind", "name"})
# What a library function that is given the whole input reads, or a name that stands for it, is not seen.
_READ = re.compile(
    r"""(?:"(?:\\.|[^"\\\n])*"|`[^`]*`|\#[^\n]*)"""  # a text or a comment, in which nothing is read
    r"""|(?<![\w.])input(?:\.(?P<dot>\w+)|\[\s*"(?P<key>\w+)"\s*\])"""
    r"""|(?<![\w.])object\.get\(\s*input\s*,\s*\[?\s*"(?P<got>\w+)\""""
)


def unnamed_parts(text: str, reads: Collection[str]) -> Iterator[tuple[int, str]]:
    """The line (from 1) of each `input.part`, `input["part"]` or `object.get(input, …)` of a part not in `reads`."""
    for match in _READ.finditer(text):
        part = match["dot"] or match["key"] or match["got"]
        if part and part not in reads and part not in ALWAYS_THERE:
            yield text.count("\n", 0, match.start()) + 1, part
