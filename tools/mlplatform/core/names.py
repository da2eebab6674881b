"""The pattern of names in paths, and how a path is printed."""

import unicodedata

NAME = r"[a-z][a-z0-9-]{1,38}[a-z0-9]"
NAME_WORDS = "3 to 40 of a-z, 0-9 and -, starting with a letter, not ending in -"


def printable(path: str) -> str:
    """Return a path that can be printed: what is not UTF-8, or cannot be seen, is escaped."""
    text = path.encode(errors="surrogateescape").decode(errors="backslashreplace")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def unicode_path(path: str) -> str:
    """Return a path as JSON can hold it: bytes that are no Unicode are escaped."""
    return path.encode(errors="surrogateescape").decode(errors="backslashreplace")


_OTHER_ALPHABETS = ("CYRILLIC", "ARMENIAN", "CHEROKEE", "COPTIC", "LISU", "FULLWIDTH", "MATHEMATICAL")
_GREEK_LIKE_LATIN = frozenset(
    "\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d"
    "\u039f\u03a1\u03a4\u03a5\u03a7\u03bf\u03bd\u03c1\u03c5"
)  # from the capital alpha to the small upsilon


def lookalike(label: str) -> str:
    """Return why a label can be read as another one: it mixes Latin letters with ones that look like them; or nothing.

    Greek letters that look like no Latin one, as in μm or Δt, are usual beside them.
    """
    if label.isascii():
        return ""
    letters = [character for character in label if character.isalpha()]
    if not any(unicodedata.name(letter, "").startswith("LATIN") for letter in letters):
        return ""
    for letter in letters:
        if letter in _GREEK_LIKE_LATIN or unicodedata.name(letter, "").startswith(_OTHER_ALPHABETS):
            name = f"U+{ord(letter):04X} {unicodedata.name(letter)}"
            return f"it mixes Latin letters with {name}, which looks like one"
    return ""
