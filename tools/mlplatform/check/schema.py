"""Check that each document has the keys and values of its kind."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from mlplatform.check.schema_errors import schema_errors
from mlplatform.core.active_content import find_active_content
from mlplatform.core.document import KeyPath, RawDocument
from mlplatform.core.finding import Finding, error
from mlplatform.core.kinds import DocumentModel
from mlplatform.core.placeholders import NO_COLUMN, is_placeholder

RULES = (
    "schema-unknown-key",
    "schema-missing-key",
    "schema-type",
    "schema-value",
    "schema-empty",
    "schema-repeated",
    "schema-placeholder",
    "schema-active",
)


def bodies(raws: Mapping[str, RawDocument]) -> tuple[dict[str, DocumentModel], list[Finding]]:
    """The bodies by path of the documents whose schema holds, and the findings of the others."""
    bodies_by_path: dict[str, DocumentModel] = {}
    findings: list[Finding] = []
    for path, raw in raws.items():
        odd = [] if _is_plain(raw.data) else list(_odd(raw))
        try:
            body = raw.identity.kind.entry.body.model_validate(raw.data)
        except ValidationError as refused:
            findings.extend(schema_errors(raw, refused))
        else:
            if not odd:
                bodies_by_path[path] = body
        findings.extend(odd)
    return bodies_by_path, findings


def _is_plain(value: Any) -> bool:
    """True when no value is empty, repeated, a placeholder or active content; called for every value there is."""
    kind = type(value)
    if kind is str:
        return not (is_placeholder(value) or find_active_content(value))
    if kind is dict:
        return NO_COLUMN not in value and all(map(_is_plain, value.values()))
    if kind is list:
        return all(map(_is_plain, value)) and not _repeated(value)
    return value is not None


def _odd(raw: RawDocument) -> Iterator[Finding]:
    for pointer, value in _walk(raw.data, ()):
        name = ".".join(map(str, pointer))
        if value is None:
            fix = "write a value, or remove the key"
            yield error("schema-empty", raw.path, f"{name} has no value", fix=fix, at=raw.position(pointer))
        elif pointer[-1:] == (NO_COLUMN,) or (isinstance(value, str) and is_placeholder(value)):
            fix = "write your own: this is what `platform new` left"
            message = f"{name} still has to be written"
            yield error("schema-placeholder", raw.path, message, fix=fix, at=raw.position(pointer))
        elif isinstance(value, str) and (what := find_active_content(value)):
            fix = "say it in plain words: documents are copied into reports, scripts and tables"
            yield error("schema-active", raw.path, f"{name} holds {what}", fix=fix, at=raw.position(pointer))
        elif isinstance(value, list):
            for place, text in _repeated(value):
                at = raw.position((*pointer, place))
                fix = "name it once"
                yield error("schema-repeated", raw.path, f"{name} names {text} twice", fix=fix, at=at)


def _repeated(values: list[Any]) -> list[tuple[int, str]]:
    """The texts of a list that are there already, and their place in it; upper and lower case are the same person."""
    seen: set[str] = set()
    repeated: list[tuple[int, str]] = []
    for place, value in enumerate(values):
        if type(value) is not str:
            continue
        if value.casefold() in seen:
            repeated.append((place, value))
        seen.add(value.casefold())
    return repeated


def _walk(value: Any, at: KeyPath) -> Iterator[tuple[KeyPath, Any]]:
    yield at, value
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _walk(part, (*at, key))
    elif isinstance(value, list):
        for place, part in enumerate(value):
            yield from _walk(part, (*at, place))
