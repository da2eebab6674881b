"""Whether a Rego text reads only the parts of the input that its METADATA names: no other part is made and sent."""

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
    for found in _READ.finditer(text):
        part = found["dot"] or found["key"] or found["got"]
        if part and part not in reads and part not in ALWAYS_THERE:
            yield text.count("\n", 0, found.start()) + 1, part
