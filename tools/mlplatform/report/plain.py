"""Makes values from documents safe to print on a line of a terminal or a log."""

import re

# The runner of GitHub's workflows obeys `::command::` at the start of a line and `##[command]` anywhere in it.
_COMMAND = re.compile(r"^\s*(:)(?=:)|(#)(?=#\[)")


def one_line(text: str, longest: int = 2000) -> str:
    """The text on one line: unprintable characters and commands to a log are escaped, and the rest is cut off."""
    line = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text[:longest])
    line = _COMMAND.sub(lambda match: match[0][:-1] + f"\\x{ord(match[0][-1]):02x}", line)
    return line if len(text) <= longest else f"{line}…"


def counted(number: int, word: str) -> str:
    """`no errors`, `1 error`, `2 errors`."""
    return f"{number or 'no'} {word}{'' if number == 1 else 's'}"
