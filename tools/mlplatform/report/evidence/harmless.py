"""Makes texts from anywhere harmless in the files of an export: nothing in them controls what shows them.

Control, invisible and bidirectional characters become visible escapes such as `\\u202e`; bytes that are no Unicode too.
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence

# Blank though they count as printable: joiners, fillers, variation selectors, the blank Braille pattern.
_BLANK = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_FORMULA = tuple("=+-@\uff1d\uff0b\uff0d\uff20")  # and their wide forms, which some spreadsheets take as well
Json = str | int | float | bool | None | Sequence["Json"] | Mapping[str, "Json"]


def visible(text: str) -> str:
    """Return a text on one line, with escapes for whatever cannot be seen."""
    if text.isprintable() and (text.isascii() or not _BLANK.search(text)):
        return text
    return "".join(map(_visible, text))


def _visible(character: str) -> str:
    if character.isprintable() and not _BLANK.match(character):
        return character
    return character.encode("unicode_escape").decode()


def cell(value: str | int | bool | None) -> str:
    """Return a value as a cell that no spreadsheet takes for a formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = visible(str(value))
    return f"'{text}" if text.lstrip().startswith(_FORMULA) else text


def csv_file(head: Sequence[str], rows: Iterable[Sequence[str | int | bool | None]]) -> bytes:
    """Return a CSV file (UTF-8, every cell in quotes, so that no other separator splits it)."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(head)
    writer.writerows([cell(value) for value in row] for row in rows)
    return out.getvalue().encode()


def json_file(value: Json) -> bytes:
    """Return a JSON file in ASCII, with sorted keys and no markup in it."""
    text = json.dumps(_visible_json(value), sort_keys=True, indent=1)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").encode() + b"\n"


def _visible_json(value: Json) -> Json:
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, Mapping):
        return {visible(key): _visible_json(each) for key, each in value.items()}
    if isinstance(value, Sequence):
        return [_visible_json(each) for each in value]
    return value
