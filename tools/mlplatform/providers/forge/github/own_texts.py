"""Texts that the platform keeps up to date on GitHub: the first line of each, which is not shown, says whose it is."""

from urllib.parse import quote

LONGEST = 65_536  # what GitHub takes
_CUT = "\n\n*The rest is left out: GitHub takes no longer text.*\n"


def marked(key: str, body: str) -> str:
    """Return the text of a key, cut to what GitHub takes."""
    return cut(f"{_marker(key)}\n{body}")


def is_marked(text: str, key: str) -> bool:
    """True when a text is that of a key; one that only quotes it further down is not."""
    return text.startswith(_marker(key))


def key_of(text: str, keys: frozenset[str]) -> str | None:
    """Return the key that a text has, "" for one that is not among `keys`, None for a text without any."""
    return next((key for key in keys if is_marked(text, key)), "" if text.startswith(_START) else None)


def cut(text: str) -> str:
    """Return a text as it is, or its beginning and a sentence that says so."""
    return text if len(text) <= LONGEST else text[: LONGEST - len(_CUT)] + _CUT


_START = "<!-- platform:"


def _marker(key: str) -> str:
    return f"{_START}{quote(key, safe='/@:.')} -->"
