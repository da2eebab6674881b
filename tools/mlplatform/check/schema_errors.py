"""What pydantic refuses, in plain sentences and at the exact place."""

import json
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from mlplatform.check.schema_messages import BOUNDS, DAY, PATTERNS, TIME, TYPES, ZONE
from mlplatform.core.document import KeyPath, RawDocument
from mlplatform.core.finding import Finding, error
from mlplatform.core.kinds import BODIES
from mlplatform.core.naming import Kind


def schema_errors(raw: RawDocument, refused: ValidationError) -> Iterator[Finding]:
    """A finding for everything that pydantic refuses in a document."""
    for detail in refused.errors(include_url=False):
        yield _complaint(raw, detail)


def _complaint(raw: RawDocument, detail: ErrorDetails) -> Finding:
    pointer = tuple(step for step in detail["loc"] if step != "[key]")
    at, name = raw.position(pointer), ".".join(map(str, pointer)) or "the document"
    match detail["type"]:
        case "extra_forbidden":
            known = keys_at(raw.identity.kind, pointer[:-1])
            said, fix = _unknown_key(name, str(pointer[-1]), known)
            return error("schema-unknown-key", raw.path, said, fix=fix, at=at)
        case "missing":
            fix = f"add {pointer[-1]}"
            return error("schema-missing-key", raw.path, f"{name} is missing", fix=fix, at=at)
        case found if found in TYPES:
            said = f"{name} is {shown(detail['input'])} and has to be {TYPES[found]}"
            return error("schema-type", raw.path, said, fix=_type(detail["input"], found, pointer), at=at)
        case _:
            said, fix = _value(name, detail)
            return error("schema-value", raw.path, said, fix=fix, at=at)


def _unknown_key(name: str, key: str, known: list[str]) -> tuple[str, str]:
    if near := get_close_matches(key, known, 1, 0.5):
        return f"unknown key {name}: did you mean {near[0]}?", f"rename it to {near[0]}"
    return f"unknown key {name}", f"remove it; the keys here are {', '.join(known)}" if known else "remove it"


def _type(value: Any, found: str, pointer: KeyPath) -> str:
    """What to write; a number or a truth value in quotes needs no other."""
    if pointer[-1:] == ("version",):
        return "write MAJOR.MINOR.PATCH, as 1.0.0"
    if isinstance(value, str) and found in ("int_type", "float_type", "bool_type"):
        number = value.replace(".", "", 1).isdigit()
        if value in ("true", "false") if found == "bool_type" else number:
            return "drop the quotes"
    if found == "string_type" and isinstance(value, int | float):
        return "put it in quotes"
    return f"write {TYPES[found]}"


def _value(name: str, detail: ErrorDetails) -> tuple[str, str]:
    """What is wrong with a value, and what to write."""
    context, said = detail.get("ctx", {}), f"{name} is {shown(detail['input'])}"
    match detail["type"]:
        case "literal_error":
            return _choice(said, detail["input"], str(context["expected"]))
        case "string_pattern_mismatch":
            pattern = str(context["pattern"])
            wanted = PATTERNS.get(pattern, f"like {pattern}")
            if name.startswith("data.features."):
                return f"{said}, which is no feature view", "feature views do not exist yet: remove it"
            return f"{said} and has to be {wanted}", f"write {wanted}"
        case "too_short":
            wanted = f"at least {context['min_length']}"
            return f"{name} has {_entries(context['actual_length'])} and needs {wanted}", f"name {wanted}"
        case "too_long":
            wanted = str(context["max_length"])
            return (
                f"{name} has {_entries(context['actual_length'])} and may have {wanted}",
                f"name {wanted} or fewer",
            )
        case "string_too_short" if context["min_length"] > 1:
            wanted = f"at least {context['min_length']} characters long"
            return f"{said} and has to be {wanted}", "say more: a reviewer has to understand it"
        case "string_too_short":
            return f"{name} says nothing", "write it, or remove the key"
        case "value_error" if ZONE in detail["msg"]:
            return f"{name}: {_sentence(detail)}", "add the zone, as in 2026-08-15T00:00:00Z: Z is UTC"
        case "value_error" if "isoformat" in detail["msg"] or "must be in" in detail["msg"]:
            wanted = DAY if name == "expires" else TIME
            return f"{said} and has to be {wanted}", f"write {wanted}"
        case "value_error":
            return f"{name}: {_sentence(detail)}", "write what is missing"
        case bound if bound in BOUNDS:
            wanted = BOUNDS[bound].format(**context)
            return f"{said} and has to be {wanted}", f"make it {wanted}"
        case _:
            return f"{said}: {detail['msg']}", "correct the value"


def _choice(said: str, value: Any, expected: str) -> tuple[str, str]:
    allowed = [word.strip("'") for word in expected.replace(" or ", ", ").split(", ")]
    near = get_close_matches(value, allowed, 1) if isinstance(value, str) else []
    one_of = "one of " if len(allowed) > 1 else ""
    fix = f"write {near[0] if near else one_of + ', '.join(allowed)}"
    return f"{said} and has to be {one_of}{', '.join(allowed)}", fix


def _entries(number: int) -> str:
    return "1 entry" if number == 1 else f"{number or 'no'} entries"


def _sentence(detail: ErrorDetails) -> str:
    return detail["msg"].removeprefix("Value error, ")


def shown(value: Any) -> str:
    """A value as its author knows it, short enough for a sentence."""
    match value:
        case dict():
            return "a mapping"
        case list():
            return "a list"
        case None:
            return "empty"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:56]}…"


def keys_at(kind: Kind, pointer: KeyPath) -> list[str]:
    """The keys that a kind knows at a place of its documents."""
    found: Any = BODIES[kind]
    for step in pointer:
        found = _inside(found, step)
    model = _bare(found)
    return [field.alias or name for name, field in model.model_fields.items()] if _is_model(model) else []


def _inside(annotation: Any, step: str | int) -> Any:
    bare = _bare(annotation)
    if _is_model(bare):
        fields = bare.model_fields.items()
        return next((field.annotation for name, field in fields if (field.alias or name) == step), None)
    inner = get_args(bare)
    return inner[-1] if get_origin(bare) in (list, dict) else None


def _bare(annotation: Any) -> Any:
    """A type without what may surround it: Annotated, `| None`."""
    if get_origin(annotation) is Annotated:
        return _bare(get_args(annotation)[0])
    if get_origin(annotation) is Union or type(annotation).__name__ == "UnionType":
        return _bare(next(one for one in get_args(annotation) if one is not type(None)))
    return annotation


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)
