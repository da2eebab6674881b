"""Single values in YAML: read as YAML 1.2 does, written so that YAML 1.1 reads them the same."""

import json
import math
import re
from decimal import Decimal

import yaml

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
_PLAIN = re.compile(r"[A-Za-z0-9_/][A-Za-z0-9_./+@=-]*(:[A-Za-z0-9_./+@=-]+)*")
_LONGEST_NUMBER = 24


def resolve(text: str) -> Scalar:
    """What an unquoted scalar is."""
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        return int(text, 0) if text[:2] in ("0o", "0x") else int(text)
    if _FLOAT.fullmatch(text):
        return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
    return text


def write(value: str | float, quotes: str = "") -> str:
    """A value as YAML; a string in these quotes (`'` or `"`), or in as few as it needs."""
    return write_text(value, quotes) if isinstance(value, str) else write_number(value)


def write_number(value: float) -> str:
    """A finite number that reads as itself again, without an exponent where that stays short."""
    if not math.isfinite(value):
        raise Refusal(
            f"the metric value {value} is not a number", fix="register a version with finite metrics"
        )
    text = repr(value)
    if "e" not in text:
        return text
    positional = format(Decimal(text), "f")
    if len(positional) <= _LONGEST_NUMBER:
        return (
            positional if "." in positional else f"{positional}.0"
        )  # an integer of this size would be refused
    mantissa, exponent = text.split("e")  # YAML 1.1 takes a number with an exponent and no point for a string
    return text if "." in mantissa else f"{mantissa}.0e{exponent}"


def write_text(value: str, quotes: str = "") -> str:
    """A string as YAML on one line."""
    if not quotes and needs_no_quotes(value):
        return value
    if quotes == "'" and value.isprintable():
        return "'" + value.replace("'", "''") + "'"
    return '"' + "".join(_escaped(character) for character in value) + '"'


def needs_no_quotes(value: str) -> bool:
    """Whether an unquoted string stays that string, for YAML 1.1 and 1.2 alike."""
    if not _PLAIN.fullmatch(value) or resolve(value) != value:
        return False
    return not any(
        regexp.match(value) for _, regexp in yaml.SafeLoader.yaml_implicit_resolvers.get(value[0], ())
    )


def _escaped(character: str) -> str:
    if character.isprintable():
        return {'"': '\\"', "\\": "\\\\"}.get(character, character)
    if ord(character) < 0x80:
        return json.dumps(character)[1:-1].replace("\x7f", "\\x7f")
    return f"\\u{ord(character):04x}" if ord(character) <= 0xFFFF else f"\\U{ord(character):08x}"
