"""The pattern of names in paths, and how a path is printed."""

NAME = r"[a-z][a-z0-9-]{1,38}[a-z0-9]"
NAME_WORDS = "3 to 40 of a-z, 0-9 and -, starting with a letter, not ending in -"


def printable(path: str) -> str:
    """Return a path that can be printed: what is not UTF-8, or cannot be seen, is escaped."""
    text = path.encode(errors="surrogateescape").decode(errors="backslashreplace")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
