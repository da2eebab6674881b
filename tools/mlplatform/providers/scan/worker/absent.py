"""Terraform blocks that may not be made at all: what they would protect is judged without them.

A `count` of 0 and an empty `for_each` make nothing. Where only a run of Terraform knows the number, the tree is judged
both ways: with every block, and without those that the same expression makes or leaves out together.
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from mlplatform.providers.scan.checks.blocks import values

Key = tuple[str, str, str, str]
RUNS = 4  # of Checkov, for expressions that cannot be read; what is left is taken away at once
NUMBERS = ("count", "for_each")
NOTHING = re.compile(
    r"(?:0+|false|null|\[\s*\]|\{\s*\}|(?:toset|tomap|tolist|set)\(\s*(?:\[\s*\]|\{\s*\})\s*\))"
)
PLAIN = re.compile(r"[1-9]\d*|true")


def absent_groups(
    declared: Mapping[Key, Mapping[str, Any]], resolved: Mapping[Key, Mapping[str, Any]]
) -> list[frozenset[Key]]:
    """Return the sets of blocks to judge the rest without, by keys; none when every block is certainly made.

    `declared` holds the blocks as written, `resolved` the count and for_each of those that Checkov kept.
    """
    counted = {key: numbers for key, body in declared.items() if (numbers := numbers_of(body))}
    never = {
        key
        for key, number in counted.items()
        if _is_nothing(number) or _is_nothing(resolved.get(key, {"count": 0}))
    }
    groups: dict[str, set[Key]] = {}
    for key in sorted(counted.keys() - never):
        if not _is_certain(resolved[key]) and not _follows(counted[key], declared.keys() - never):
            groups.setdefault(str(counted[key]), set()).add(key)
    unknown = list(groups.values())
    rest: set[Key] = set().union(*unknown[RUNS:])
    sets = [*unknown[:RUNS], *([rest] if rest else [])]
    if never or sets:
        return [frozenset(never | group) for group in (sets or [set()])]
    return []


def lay_out_without(
    source: Path, target: Path, declared: Mapping[Key, Mapping[str, Any]], left_out: Iterable[Key]
) -> None:
    """Copy the tree `source` to `target`, with the lines of some blocks left empty, so that all others keep theirs."""
    emptied: dict[str, set[int]] = {}
    for key in left_out:
        body = declared[key]
        lines = range(int(body["__start_line__"]) - 1, int(body["__end_line__"]))
        emptied.setdefault(key[0], set()).update(lines)
    for path in sorted(source.rglob("*")):
        if not path.is_file():
            continue
        relative = str(path.relative_to(source))
        lines_of_file = path.read_text("utf-8").split("\n")
        kept = (
            "" if number in emptied.get(relative, ()) else line for number, line in enumerate(lines_of_file)
        )
        copy = target / relative
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text("\n".join(kept), "utf-8")


def numbers_of(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the count and the for_each of a block, as far as it has them."""
    return {name: body[name] for name in NUMBERS if name in body}


def _is_nothing(numbers: Mapping[str, Any]) -> bool:
    return any(_makes_nothing(value) for value in numbers.values())


def _makes_nothing(value: Any) -> bool:
    inner = value[0] if isinstance(value, list) and len(value) == 1 else value
    if isinstance(inner, list | dict | set | tuple):
        return not inner
    return bool(NOTHING.fullmatch(_text(inner)))


def _is_certain(numbers: Mapping[str, Any]) -> bool:
    """True when something is made, however little Checkov could work out."""
    for value in numbers.values():
        inner = value[0] if isinstance(value, list) and len(value) == 1 else value
        if isinstance(inner, dict | list | set | tuple):
            continue
        if not PLAIN.fullmatch(_text(inner)):
            return False
    return True


def _follows(numbers: Mapping[str, Any], made: Iterable[Key]) -> bool:
    """True when a for_each goes over other blocks, so that each of them gets what it makes."""
    texts = " ".join(str(item) for item in values(numbers.get("for_each")))
    return any(
        re.search(rf"\b{re.escape(type_)}\.{re.escape(name)}(?![\w-])", texts)
        for _, kind, type_, name in made
        if kind == "resource"
    )


def _text(value: Any) -> str:
    text = str(value).strip()
    return (text[2:-1] if text.startswith("${") and text.endswith("}") else text).strip().lower()
