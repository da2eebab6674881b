"""Scalars written so that our dialect and YAML 1.1 read them the same."""

import json
import math
import re
from decimal import Decimal

import yaml

from mlplatform.core.errors import Refusal
from mlplatform.strict_yaml.characters import hidden
from mlplatform.strict_yaml.scalars import is_text

_PLAIN = re.compile(r"[A-Za-z0-9_/][A-Za-z0-9_./+@=-]*(:[A-Za-z0-9_./+@=-]+)*")
_LONGEST_NUMBER = 24


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
    """A string as YAML on one line; Refusal for one that no document may hold."""
    if flaw := hidden(value):
        raise Refusal(
            f"a document may not hold {flaw}: {value!a}", fix="rename what it names, without such characters"
        )
    if not quotes and needs_no_quotes(value):
        return value
    if quotes == "'" and value.isprintable():
        return "'" + value.replace("'", "''") + "'"
    return '"' + "".join(_escaped(character) for character in value) + '"'


def needs_no_quotes(value: str) -> bool:
    """True when an unquoted string stays that string, in our dialect and in YAML 1.1."""
    if not _PLAIN.fullmatch(value) or not is_text(value):
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
