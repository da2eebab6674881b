"""Resolve plain scalars: the core schema of YAML 1.2, without what people misread."""

import math
import re
from typing import Final

MAX_INTEGER: Final = 2**53 - 1  # JSON readers, and so policies, would see larger numbers rounded
_NUMBER = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_INTEGER = re.compile(r"[-+]?[0-9]+")
_LEADING_ZERO = re.compile(r"[-+]?0[0-9]")
_NOT_DECIMAL = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")

CONSTANTS: Final[dict[str, bool | None]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
NUMBER_STARTS: Final = frozenset("+-.0123456789")

Scalar = str | int | float | bool | None


class NotAScalar(Exception):
    """Raised for a plain scalar that no document may have: why, and what to write instead."""

    def __init__(self, why: str, fix: str) -> None:
        super().__init__(why)
        self.why = why
        self.fix = fix


def resolve(text: str) -> Scalar:
    """Return the value of a plain scalar; NotAScalar for a number that can be read in two ways."""
    if text in CONSTANTS:
        return CONSTANTS[text]
    return _number(text) if text[0] in NUMBER_STARTS else text


def is_text(text: str) -> bool:
    """True for a plain scalar that is a string."""
    try:
        return isinstance(resolve(text), str)
    except NotAScalar:
        return False


def _number(text: str) -> str | int | float:
    if not _NUMBER.fullmatch(text):
        return _check_text(text)
    if _LEADING_ZERO.match(text):
        raise NotAScalar(
            f"{short(text)} is a number with a leading zero", "drop the zero, or quote it if it is text"
        )
    return _integer(text) if _INTEGER.fullmatch(text) else _float(text)


def _check_text(text: str) -> str:
    if _NOT_DECIMAL.fullmatch(text):
        raise NotAScalar(
            f"{text} is a number in another base", "write it in decimal, or quote it if it is text"
        )
    if _NOT_FINITE.fullmatch(text):
        raise NotAScalar(f"{text} is not a finite number", "write a number, or quote it if it is text")
    return text


def _integer(text: str) -> int:
    # The length is checked first: int() of a very long text is slow, and raises an error of its own.
    if len(text) > 17 or abs(int(text)) > MAX_INTEGER:
        raise NotAScalar(f"{short(text)} is beyond ±{MAX_INTEGER}", "quote it if it is text")
    return int(text)


def _float(text: str) -> float:
    if math.isinf(value := float(text)):
        raise NotAScalar(f"{short(text)} is too large for a number", "quote it if it is text")
    return value


def short(text: str) -> str:
    return text if len(text) <= 24 else f"{text[:20]}…"
