"""Decode the bytes of a document: UTF-8, composed characters, and nothing that a reviewer cannot see."""

import re
import unicodedata

from mlplatform.core.document import Position
from mlplatform.core.finding import Finding, error

MAX_BYTES = 256 * 1024
MAX_FINDINGS = 20
# The line feed is the only ASCII control character that a document may have; the others have findings of their own.
_ASCII_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")
# Letters, marks and symbols that are blank: joiners, fillers, variation selectors, the blank Braille pattern.
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
# every space but the usual one: they are invisible, or look like another character.
_REFUSED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"})
# Normalizing takes time quadratic in the number of marks in a row; no language has more than a few.
_MAX_MARKS = 30
_NOT_LATIN = re.compile(r"[^\x00-\u02ff]{31,}")
_VISIBLE = frozenset({" ", "\n", "\t"})


def decode(path: str, data: bytes) -> tuple[str, list[Finding]]:
    """Return a document's text and the findings about its characters; the text is empty when it cannot be decoded."""
    if len(data) > MAX_BYTES:
        message = f"the file has {len(data)} bytes and a document may have {MAX_BYTES}"
        return "", [error("yaml-size", path, message, fix="a document is small: move data elsewhere")]
    if data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        message = "the file starts with a byte order mark"
        return "", [error("yaml-encoding", path, message, fix="save it as UTF-8 without a byte order mark")]
    try:
        text = data.decode()
    except UnicodeDecodeError as why:
        before = data[: why.start].decode()
        message = f"the byte 0x{data[why.start]:02x} is not UTF-8"
        return "", [
            error(
                "yaml-encoding",
                path,
                message,
                fix="save the file as UTF-8",
                at=position_at(before, len(before)),
            )
        ]
    return text, _findings(path, text)


def hidden(value: str) -> str | None:
    """Name what a value that was written with escapes contains and no document may; None when it is fine."""
    if value.isascii() and value.isprintable():
        return None
    for character in value:
        if character not in _VISIBLE and not _is_visible(character):
            return f"the invisible character {name(character)}"
    if _stacked_marks(value) is not None:
        return f"more than {_MAX_MARKS} marks on one letter"
    return None if unicodedata.is_normalized("NFC", value) else "characters that are not composed (NFC)"


def position_at(text: str, offset: int) -> Position:
    """Return line and column, from 1, of an offset in a text whose lines end in a line feed."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def name(character: str) -> str:
    """Write a character as `U+202E RIGHT-TO-LEFT OVERRIDE`."""
    return f"U+{ord(character):04X} {unicodedata.name(character, '')}".rstrip()


def _findings(path: str, text: str) -> list[Finding]:
    if text.isascii() and not _ASCII_CONTROL.search(text):
        return []
    refused = (character for character in set(text) if character not in " \n" and not _is_visible(character))
    findings = sorted(
        _refused(path, character, position_at(text, text.index(character))) for character in refused
    )
    if (offset := _stacked_marks(text)) is not None:
        message, fix = f"more than {_MAX_MARKS} marks on one letter", "write the letter without them"
        findings.append(error("yaml-not-composed", path, message, fix=fix, at=position_at(text, offset)))
    elif not unicodedata.is_normalized("NFC", text):
        findings.append(_decomposed(path, text))
    return findings[:MAX_FINDINGS]


def _stacked_marks(text: str) -> int | None:
    """Return the offset of the first letter with more marks than anybody writes; None when there is no such letter."""
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
    """Make the finding for a character at its first position in a file."""
    if character == "\t":
        return error("yaml-tab", path, "a tab", fix="use spaces", at=at)
    if character == "\r":
        message = "a carriage return: lines must end in a line feed only"
        return error("yaml-line-end", path, message, fix="save the file with LF line ends", at=at)
    if unicodedata.category(character) == "Cc":
        message = f"the control character U+{ord(character):04X}"
        return error("yaml-control-character", path, message, fix="delete it", at=at)
    message = f"the character {name(character)} is invisible, or looks like another one"
    return error("yaml-invisible", path, message, fix="delete it", at=at)


def _decomposed(path: str, text: str) -> Finding:
    composed = unicodedata.normalize("NFC", text)
    pairs = enumerate(zip(text, composed + "\0", strict=False))
    offset = next(index for index, (actual, expected) in pairs if actual != expected)
    message = f"the character {name(text[offset])} is not in composed form (NFC)"
    fix = "save the file in Unicode normalization form C"
    return error("yaml-not-composed", path, message, fix=fix, at=position_at(text, offset))
