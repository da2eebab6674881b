"""Single values in YAML: read as YAML 1.2 does, written so that YAML 1.1 reads them the same."""

import json
import math
import re
from decimal import Decimal

from mlplatform.core.errors import Refusal

Scalar = str | float | int | bool | None

_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(
    r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"
)
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
# What YAML 1.1 takes for something else than a string: switches, dates, base 60, octal, numbers with _.
_OTHERWISE_READ = re.compile(r"(?i:y|n|yes|no|on|off)|[-+.0-9][-+.0-9_:eExXoObBTZt]*")
_PLAIN = re.compile(r"[A-Za-z0-9_/][A-Za-z0-9_./+@=-]*(:[A-Za-z0-9_./+@=-]+)*")
_QUOTES = ("'", '"')
_LONGEST_PLAIN_NUMBER = 24


def resolve(text: str) -> Scalar:
    """What an unquoted scalar is."""
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        return int(text, 0) if text[:2] in ("0o", "0x") else int(text)
    if _FLOAT.fullmatch(text):
        return float(text.replace(".inf", "inf").replace(".nan", "nan").lower().replace(".inf", "inf"))
    return text


def write(value: Scalar, *, style: str | None = None, flow: bool = False) -> str:
    """A value as YAML, in the quotes that stood there before (`style`) or in as few as it needs."""
    if isinstance(value, str):
        return _write_text(value, style, flow)
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    return write_number(value)


def write_number(value: float) -> str:
    """A finite number, without an exponent where it is readable so, and always equal when read again."""
    if not math.isfinite(value):
        raise Refusal(f"{value} cannot be written as a metric", fix="register a version whose metrics are numbers")
    short = repr(value)
    if "e" not in short:
        return short
    positional = format(Decimal(short), "f")
    if len(positional) <= _LONGEST_PLAIN_NUMBER:
        return positional
    mantissa, exponent = short.split("e")
    return f"{mantissa if '.' in mantissa else mantissa + '.0'}e{exponent}"


def _write_text(value: str, style: str | None, flow: bool) -> str:
    plain = needs_no_quotes(value) and not (flow and ":" in value)
    if style not in _QUOTES and (plain or (needs_no_quotes(value) and style is None and not flow)):
        return value
    if style == "'" and value.isprintable():
        return "'" + value.replace("'", "''") + "'"
    return _double_quoted(value)


def needs_no_quotes(value: str) -> bool:
    """Whether a string stays this string, unquoted, for YAML 1.1 and 1.2 alike."""
    return bool(_PLAIN.fullmatch(value)) and not _OTHERWISE_READ.fullmatch(value) and resolve(value) == value


def _double_quoted(value: str) -> str:
    def escaped(character: str) -> str:
        if character.isascii():
            return json.dumps(character)[1:-1] if character != "\x7f" else "\\x7f"
        if character.isprintable():
            return character
        return f"\\u{ord(character):04x}" if ord(character) <= 0xFFFF else f"\\U{ord(character):08x}"

    return '"' + "".join(escaped(character) for character in value) + '"'
