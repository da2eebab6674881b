"""Check that each document has the keys and values of its kind."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from pydantic import ValidationError

from mlplatform.check.schema_errors import schema_errors
from mlplatform.core.active_content import find_active_content
from mlplatform.core.document import KeyPath, RawDocument
from mlplatform.core.finding import Finding
from mlplatform.core.kinds import DocumentModel
from mlplatform.core.placeholders import NO_COLUMN, is_placeholder
from mlplatform.core.rule import declare_rule

_rule = partial(declare_rule, __name__, soc2=("CC8.1", "PI1.2"))
SCHEMA_EMPTY = _rule(
    "schema-empty",
    "A key has a value",
    "An empty value, null and ~ could mean none, the default, or that somebody forgot the value.",
    fix="write a value, or remove the key",
    passes="retention: {days: 365, deletion: delete}",
    fails="retention:",
)
SCHEMA_REPEATED = _rule(
    "schema-repeated",
    "A list names each thing once",
    "An owner named twice would look like two people. Upper and lower case do not count.",
    fix="name it once",
    passes="owners: [ada, grace, mary]",
    fails="owners: [ada, grace, Ada]",
)
SCHEMA_PLACEHOLDER = _rule(
    "schema-placeholder",
    "No placeholders of `platform new` are left",
    "`platform new` writes valid documents, so a cost centre CHANGE-ME or an owner owner-one would otherwise be "
    "merged.",
    fix="write your own value",
    passes="costCenter: K8-READ",
    fails="costCenter: CHANGE-ME",
)
SCHEMA_ACTIVE = _rule(
    "schema-active",
    "Texts contain nothing that a program could execute",
    "Descriptions, records and cost centres are copied into comments, pages, scripts and tables. ${{ }} is "
    "filled in by a workflow, $( ) and backticks are run by a shell, links and HTML are fetched by a browser, "
    "and a leading = is computed by a spreadsheet. A program that forgets to quote would execute the text.",
    fix="say it in plain words",
    passes="description: Which digit is this?",
    fails='description: "Which digit? $(curl example.com)"',
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
            yield SCHEMA_EMPTY.error(raw.path, f"{name} has no value", fix=fix, at=raw.position(pointer))
        elif pointer[-1:] == (NO_COLUMN,) or (isinstance(value, str) and is_placeholder(value)):
            fix = "write your own: this is what `platform new` left"
            message = f"{name} still has to be written"
            yield SCHEMA_PLACEHOLDER.error(raw.path, message, fix=fix, at=raw.position(pointer))
        elif isinstance(value, str) and (what := find_active_content(value)):
            fix = "say it in plain words: documents are copied into reports, scripts and tables"
            yield SCHEMA_ACTIVE.error(raw.path, f"{name} holds {what}", fix=fix, at=raw.position(pointer))
        elif isinstance(value, list):
            for place, text in _repeated(value):
                at = raw.position((*pointer, place))
                fix = "name it once"
                yield SCHEMA_REPEATED.error(raw.path, f"{name} names {text} twice", fix=fix, at=at)


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
