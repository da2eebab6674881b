"""What pydantic refuses, in plain sentences and at the exact place."""

import json
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from mlplatform.core.document import Pointer, Raw
from mlplatform.core.finding import Finding, error
from mlplatform.core.kinds import BODIES
from mlplatform.core.kinds import base as types
from mlplatform.core.naming import NAME_WORDS, Kind

_TIME = "a time as in 2026-08-15T00:00:00Z"
_TYPES = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "datetime_type": _TIME,
}
_BOUNDS = {
    "greater_than_equal": "at least {ge}",
    "greater_than": "more than {gt}",
    "less_than_equal": "at most {le}",
    "less_than": "less than {lt}",
    "string_too_long": "at most {max_length} characters long",
    "finite_number": "a finite number",
}


def _pattern(alias: Any) -> str:
    return str(alias.__metadata__[0].pattern)


_PATTERNS = {
    _pattern(types.Name): NAME_WORDS,
    _pattern(types.QualifiedName): "a tenant and a name, as in reading/events",
    _pattern(types.Login): "a forge login",
    _pattern(types.Digest): "sha256: and 64 hex digits",
    _pattern(types.Version): "a semantic version, as in 1.4.0",
    _pattern(types.GitCommit): "40 hex digits of a git commit",
}


def complaints(raw: Raw, refused: ValidationError) -> Iterator[Finding]:
    """A finding for everything that pydantic refuses in a document."""
    for detail in refused.errors(include_url=False):
        yield _complaint(raw, detail)


def _complaint(raw: Raw, detail: ErrorDetails) -> Finding:
    pointer = tuple(step for step in detail["loc"] if step != "[key]")
    at, name = raw.place(pointer), ".".join(map(str, pointer)) or "the document"
    match detail["type"]:
        case "extra_forbidden":
            known = keys_at(raw.identity.kind, pointer[:-1])
            said, fix = _unknown_key(name, str(pointer[-1]), known)
            return error("schema-unknown-key", raw.path, said, fix=fix, at=at)
        case "missing":
            fix = f"add {pointer[-1]}"
            return error("schema-missing-key", raw.path, f"{name} is missing", fix=fix, at=at)
        case found if found in _TYPES:
            said = f"{name} is {shown(detail['input'])} and has to be {_TYPES[found]}"
            return error("schema-type", raw.path, said, fix=_unquote(detail["input"], found), at=at)
        case _:
            return error("schema-value", raw.path, _value(name, detail), at=at)


def _unknown_key(name: str, key: str, known: list[str]) -> tuple[str, str]:
    if near := get_close_matches(key, known, 1, 0.5):
        return f"unknown key {name}: did you mean {near[0]}?", f"rename it to {near[0]}"
    return f"unknown key {name}", f"remove it; the keys here are {', '.join(known)}" if known else "remove it"


def _unquote(value: Any, found: str) -> str:
    """What to do about a number or a truth value that is quoted."""
    if not isinstance(value, str) or found not in ("int_type", "float_type", "bool_type"):
        return ""
    looks_right = value in ("true", "false") if found == "bool_type" else value.replace(".", "", 1).isdigit()
    return "drop the quotes" if looks_right else ""


def _value(name: str, detail: ErrorDetails) -> str:
    context, said = detail.get("ctx", {}), f"{name} is {shown(detail['input'])}"
    match detail["type"]:
        case "literal_error":
            allowed = str(context["expected"]).replace("'", "").replace(" or ", ", ")
            return f"{said} and has to be {'one of ' if ', ' in allowed else ''}{allowed}"
        case "string_pattern_mismatch":
            pattern = str(context["pattern"])
            return f"{said} and has to be {_PATTERNS.get(pattern, f'like {pattern}')}"
        case "too_short":
            return f"{name} has {context['actual_length']} entries and needs at least {context['min_length']}"
        case "too_long":
            return f"{name} has {context['actual_length']} entries and may have {context['max_length']}"
        case "string_too_short":
            return f"{name} says nothing"
        case "value_error" if "isoformat" in detail["msg"] or "must be in" in detail["msg"]:
            return f"{said} and has to be {_TIME}"
        case "value_error":
            return f"{name}: {detail['msg'].removeprefix('Value error, ')}"
        case bound if bound in _BOUNDS:
            return f"{said} and has to be {_BOUNDS[bound].format(**context)}"
        case _:
            return f"{said}: {detail['msg']}"


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


def keys_at(kind: Kind, pointer: Pointer) -> list[str]:
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
