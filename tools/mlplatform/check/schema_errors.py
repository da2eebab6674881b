"""Turn pydantic's errors into plain sentences at the exact place."""

import json
from collections.abc import Iterator
from difflib import get_close_matches
from functools import partial
from typing import Annotated, Any, Union, cast, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from mlplatform.check.schema_messages import BOUNDS, DAY, PATTERNS, TENSOR_TYPES, TIME, TYPES, VERSION, ZONE
from mlplatform.core.document import KeyPath, RawDocument
from mlplatform.core.finding import Finding
from mlplatform.core.kinds.model import TensorType
from mlplatform.core.naming import Kind
from mlplatform.core.rule import declare_rule
from mlplatform.core.version_words import meant_version

_rule = partial(declare_rule, __name__, soc2=("CC8.1", "PI1.2"))
SCHEMA_UNKNOWN_KEY = _rule(
    "schema-unknown-key",
    "No unknown keys",
    "A misspelt key would have no effect, while its author thinks that it protects something.",
    fix="rename it as the finding says, or remove it",
    passes="sharedWith: []",
    fails="shared_with: []",
)
SCHEMA_MISSING_KEY = _rule(
    "schema-missing-key",
    "No required key is missing",
    "The platform does not guess a value that is missing.",
    fix="add it",
    passes="encryption: {atRest: aws:kms, key: alias/clinic, inTransit: tls}",
    fails="encryption: {atRest: aws:kms, key: alias/clinic}",
)
SCHEMA_TYPE = _rule(
    "schema-type",
    "Values are of the right type",
    '`"true"` and `1e3` look like a boolean and an integer, and are a text and a fraction.',
    fix="write a value of the type that the finding names",
    passes="retention: {days: 365, deletion: delete}",
    fails='retention: {days: "365", deletion: delete}',
)
SCHEMA_VALUE = _rule(
    "schema-value",
    "Values are among those that the key allows",
    "A name, digest, version, time or word that is not allowed would be understood differently by each part of "
    "the platform.",
    fix="write what the finding says",
    passes="clearance: pii",
    fails="clearance: secret",
)


def schema_errors(raw: RawDocument, refused: ValidationError) -> Iterator[Finding]:
    """A finding for everything that pydantic refuses in a document."""
    for detail in refused.errors(include_url=False):
        yield _complaint(raw, _plain_detail(detail))


def _plain_detail(detail: ErrorDetails) -> ErrorDetails:
    """An error about the key that chooses between models, as it reads where there is one model."""
    context = detail.get("ctx", {})
    key = str(context.get("discriminator", "")).strip("'")
    at = (*detail["loc"], key)
    match detail["type"]:
        case "union_tag_not_found":
            return {**detail, "type": "missing", "loc": at}
        case "union_tag_invalid":
            expected = {"expected": context["expected_tags"]}
            return {
                **detail,
                "type": "literal_error",
                "loc": at,
                "input": detail["input"][key],
                "ctx": expected,
            }
    return detail


def _key_path(kind: Kind, steps: KeyPath) -> KeyPath:
    """Where an error is, by the keys of the document: without the names that pydantic gives keys and chosen models."""
    path: list[str | int] = []
    model: Any = kind.entry.body
    for step in steps:
        if step != "[key]" and not _chosen(_bare(model), step):
            path.append(step)
        model = _inside(model, step)
    return tuple(path)


def _complaint(raw: RawDocument, detail: ErrorDetails) -> Finding:
    pointer = _key_path(raw.identity.kind, detail["loc"])
    at, name = raw.position(pointer), ".".join(map(str, pointer)) or "the document"
    match detail["type"]:
        case "extra_forbidden":
            keys = keys_at(raw.identity.kind, detail["loc"][:-1])
            message, fix = _unknown_key(name, str(pointer[-1]), keys)
            return SCHEMA_UNKNOWN_KEY.error(raw.path, message, fix=fix, at=at)
        case "missing":
            fix = f"add {pointer[-1]}"
            return SCHEMA_MISSING_KEY.error(raw.path, f"{name} is missing", fix=fix, at=at)
        case type_ if type_ in TYPES:
            message = f"{name} is {shown(detail['input'])} and has to be {TYPES[type_]}"
            return SCHEMA_TYPE.error(raw.path, message, fix=_type(detail["input"], type_, pointer), at=at)
        case _:
            message, fix = _value(name, detail)
            return SCHEMA_VALUE.error(raw.path, message, fix=fix, at=at)


def _unknown_key(name: str, key: str, keys: list[str]) -> tuple[str, str]:
    if near := get_close_matches(key, keys, 1, 0.5):
        return f"unknown key {name}: did you mean {near[0]}?", f"rename it to {near[0]}"
    return f"unknown key {name}", f"remove it; the keys here are {', '.join(keys)}" if keys else "remove it"


def _type(value: Any, type_: str, pointer: KeyPath) -> str:
    """Return how to mend a value of the wrong type; for a number or truth value in quotes, without them."""
    if pointer[-1:] == ("version",):
        return f"write {meant_version(str(value)) or 'MAJOR.MINOR.PATCH, as 1.0.0'}"
    if isinstance(value, str) and type_ in ("int_type", "float_type", "bool_type"):
        number = value.replace(".", "", 1).isdigit()
        if value in ("true", "false") if type_ == "bool_type" else number:
            return "drop the quotes"
    if type_ == "string_type" and isinstance(value, int | float):
        return "put it in quotes"
    return f"write {TYPES[type_]}"


def _value(name: str, detail: ErrorDetails) -> tuple[str, str]:
    """Return what is wrong with a value, and what to write instead."""
    context, statement = detail.get("ctx", {}), f"{name} is {shown(detail['input'])}"
    match detail["type"]:
        case "literal_error":
            return _choice(statement, detail["input"], str(context["expected"]))
        case "string_pattern_mismatch":
            pattern = str(context["pattern"])
            expected = PATTERNS.get(pattern, f"like {pattern}")
            meant = meant_version(str(detail["input"])) if pattern == VERSION else ""
            return f"{statement} and has to be {expected}", f"write {meant or expected}"
        case "too_short":
            expected = f"at least {context['min_length']}"
            return f"{name} has {_entries(context['actual_length'])} and needs {expected}", f"name {expected}"
        case "too_long":
            expected = str(context["max_length"])
            return (
                f"{name} has {_entries(context['actual_length'])} and may have {expected}",
                f"name {expected} or fewer",
            )
        case "string_too_short" if context["min_length"] > 1:
            expected = f"at least {context['min_length']} characters long"
            return f"{statement} and has to be {expected}", "say more: a reviewer has to understand it"
        case "string_too_short":
            return f"{name} says nothing", "write it, or remove the key"
        case "value_error" if ZONE in detail["msg"]:
            return f"{name}: {_sentence(detail)}", "add the zone, as in 2026-08-15T00:00:00Z: Z is UTC"
        case "value_error" if "isoformat" in detail["msg"] or "must be in" in detail["msg"]:
            expected = DAY if name == "expires" else TIME
            return f"{statement} and has to be {expected}", f"write {expected}"
        case "value_error":
            return f"{name}: {_sentence(detail)}", "write what is missing"
        case bound if bound in BOUNDS:
            expected = BOUNDS[bound].format(**context)
            return f"{statement} and has to be {expected}", f"make it {expected}"
        case _:
            return f"{statement}: {detail['msg']}", "correct the value"


def _choice(statement: str, value: Any, expected: str) -> tuple[str, str]:
    allowed = [word.strip("'") for word in expected.replace(" or ", ", ").split(", ")]
    choice_of = "one of " if len(allowed) > 1 else ""
    if allowed == list(get_args(TensorType)):
        return f"{statement} and has to be {choice_of}{', '.join(allowed)}", _tensor_type(value)
    near = _near(value, allowed) if isinstance(value, str) else []
    fix = f"write {near[0] if near else choice_of + ', '.join(allowed)}"
    return f"{statement} and has to be {choice_of}{', '.join(allowed)}", fix


def _near(value: str, allowed: list[str]) -> list[str]:
    same = [word for word in allowed if word.casefold() == value.casefold()]
    return same or get_close_matches(value, allowed, 1)


def _tensor_type(value: Any) -> str:
    """Return which type to write, by the names that exporters use; another type cannot be served, however near."""
    if meant := TENSOR_TYPES.get(str(value).casefold().removeprefix("tensor(").removesuffix(")")):
        return f"write {meant}"
    return "export the model with one of these types, such as FP32 in place of BF16: no other can be served"


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
    """The keys that a kind knows at a place of its documents, as pydantic gives it."""
    annotation: Any = kind.entry.body
    for step in pointer:
        annotation = _inside(annotation, step)
    model = _bare(annotation)
    return [field.alias or name for name, field in model.model_fields.items()] if _is_model(model) else []


def _inside(annotation: Any, step: str | int) -> Any:
    bare = _bare(annotation)
    if chosen := _chosen(bare, step):
        return chosen
    if _is_model(bare):
        fields = bare.model_fields.items()
        return next((field.annotation for name, field in fields if (field.alias or name) == step), None)
    inner = get_args(bare)
    return inner[-1] if get_origin(bare) in (list, dict) else None


def _bare(annotation: Any) -> Any:
    """A type without what may surround it: Annotated, `| None`."""
    if get_origin(annotation) is Annotated:
        return _bare(get_args(annotation)[0])
    if _is_union(annotation):
        members = [member for member in get_args(annotation) if member is not type(None)]
        return _bare(members[0]) if len(members) == 1 else annotation
    return annotation


def _is_union(annotation: Any) -> bool:
    return get_origin(annotation) is Union or type(annotation).__name__ == "UnionType"


def _chosen(annotation: Any, tag: str | int) -> type[BaseModel] | None:
    """The model of a union that a tag chooses: each has a field whose only value is its own tag."""
    for model in filter(_is_model, get_args(annotation) if _is_union(annotation) else ()):
        if any(get_args(field.annotation) == (tag,) for field in model.model_fields.values()):
            return cast(type[BaseModel], model)
    return None


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)
