"""From bytes to text: UTF-8, composed, and nothing in it that a reviewer cannot see."""

import re
import unicodedata

from mlplatform.core.document import Position
from mlplatform.core.finding import Finding, error

MAX_BYTES = 256 * 1024
MAX_FINDINGS = 20
# Line feeds are the only ASCII control character of a document; the others have findings of their own.
_ASCII_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")
# Letters, marks and symbols that show nothing: joiners, fillers, variation selectors, the blank Braille pattern.
_BLANK = frozenset(
    chr(code)
    for first, last in (
        (0x034F, 0x034F),
        (0x115F, 0x1160),
        (0x17B4, 0x17B5),
        (0x180B, 0x180F),
        (0x2800, 0x2800),
        (0x3164, 0x3164),
        (0xFE00, 0xFE0F),
        (0xFFA0, 0xFFA0),
        (0xE0100, 0xE01EF),
    )
    for code in range(first, last + 1)
)
# Controls, formats (bidi, zero-width), surrogates, private use, unassigned, line and paragraph separators, and
# every space but the usual one: all of them look like nothing, or like something else.
_REFUSED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"})
# Normalizing takes the square of how many marks follow each other; no language has more than a few.
_MAX_MARKS = 30
_NOT_LATIN = re.compile(r"[^\x00-\u02ff]{31,}")
_VISIBLE = frozenset({" ", "\n", "\t"})


def decode(path: str, data: bytes) -> tuple[str, list[Finding]]:
    """The text of a document and what is wrong with its characters; no text when it cannot be read at all."""
    if len(data) > MAX_BYTES:
        said = f"the file has {len(data)} bytes and a document may have {MAX_BYTES}"
        return "", [error("yaml-size", path, said, fix="a document is small: move data elsewhere")]
    if data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        said = "the file starts with a byte order mark"
        return "", [error("yaml-encoding", path, said, fix="save it as UTF-8 without a byte order mark")]
    try:
        text = data.decode()
    except UnicodeDecodeError as why:
        before = data[: why.start].decode()
        said = f"the byte 0x{data[why.start]:02x} is not UTF-8"
        return "", [
            error("yaml-encoding", path, said, fix="save the file as UTF-8", at=place(before, len(before)))
        ]
    return text, _findings(path, text)


def hidden(value: str) -> str | None:
    """What a value made of escapes holds that may not be in a document, in words; None when all is well."""
    if value.isascii() and value.isprintable():
        return None
    for character in value:
        if character not in _VISIBLE and not _is_visible(character):
            return f"the invisible character {name(character)}"
    if _piled_up(value) is not None:
        return f"more than {_MAX_MARKS} marks on one letter"
    return None if unicodedata.is_normalized("NFC", value) else "characters that are not composed (NFC)"


def place(text: str, offset: int) -> Position:
    """Line and column, from 1, of an offset in a text whose lines end in a line feed."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def name(character: str) -> str:
    """A character as `U+202E RIGHT-TO-LEFT OVERRIDE`."""
    return f"U+{ord(character):04X} {unicodedata.name(character, '')}".rstrip()


def _findings(path: str, text: str) -> list[Finding]:
    if text.isascii() and not _ASCII_CONTROL.search(text):
        return []
    refused = (character for character in set(text) if character not in " \n" and not _is_visible(character))
    found = sorted(_refused(path, character, place(text, text.index(character))) for character in refused)
    if (offset := _piled_up(text)) is not None:
        said, fix = f"more than {_MAX_MARKS} marks on one letter", "write the letter without them"
        found.append(error("yaml-not-composed", path, said, fix=fix, at=place(text, offset)))
    elif not unicodedata.is_normalized("NFC", text):
        found.append(_decomposed(path, text))
    return found[:MAX_FINDINGS]


def _piled_up(text: str) -> int | None:
    """Where more marks follow each other than anybody writes, if anywhere."""
    for run in _NOT_LATIN.finditer(text):
        count = 0
        for offset, character in enumerate(run[0], run.start()):
            count = count + 1 if unicodedata.combining(character) else 0
            if count > _MAX_MARKS:
                return offset - _MAX_MARKS
    return None


def _is_visible(character: str) -> bool:
    return unicodedata.category(character) not in _REFUSED and character not in _BLANK


def _refused(path: str, character: str, at: Position) -> Finding:
    """The finding for the first time that a character stands in a file."""
    if character == "\t":
        return error("yaml-tab", path, "a tab", fix="use spaces", at=at)
    if character == "\r":
        said = "a carriage return: lines end in a line feed alone"
        return error("yaml-line-end", path, said, fix="save the file with LF line ends", at=at)
    if unicodedata.category(character) == "Cc":
        said = f"the control character U+{ord(character):04X}"
        return error("yaml-control-character", path, said, fix="delete it", at=at)
    said = f"the character {name(character)} cannot be seen, or looks like another one"
    return error("yaml-invisible", path, said, fix="delete it", at=at)


def _decomposed(path: str, text: str) -> Finding:
    composed = unicodedata.normalize("NFC", text)
    offset = next(
        at for at, (is_, should) in enumerate(zip(text, composed + "\0", strict=False)) if is_ != should
    )
    said = f"the character {name(text[offset])} is not in composed form (NFC)"
    fix = "save the file in Unicode normalization form C"
    return error("yaml-not-composed", path, said, fix=fix, at=place(text, offset))
