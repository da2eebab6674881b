"""Values from documents, made safe to stand on a line of somebody's terminal or log."""

import re

# The runner of GitHub's workflows obeys `::command::` at the start of a line and `##[command]` anywhere in it.
_COMMAND = re.compile(r"^\s*(:)(?=:)|(#)(?=#\[)")


def one_line(text: str, longest: int = 2000) -> str:
    """The text on one line: what does not print is escaped, what a log would obey is broken, the rest is cut."""
    line = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text[:longest])
    line = _COMMAND.sub(lambda found: found[0][:-1] + f"\\x{ord(found[0][-1]):02x}", line)
    return line if len(text) <= longest else f"{line}…"


def counted(number: int, word: str) -> str:
    """`no errors`, `1 error`, `2 errors`."""
    return f"{number or 'no'} {word}{'' if number == 1 else 's'}"
