"""The organisation's own JSON Schemas, beside ours: policies/schemas/organisation/<kind>*.json."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from mlplatform.core.document import RawDocument, of_kind
from mlplatform.core.finding import Finding, error
from mlplatform.core.naming import Kind

RULES = ("schema-organisation",)
_RULE = RULES[0]
_LONGEST = 300


class _Unusable(Exception):
    """Why a schema judges nothing, and where."""

    def __init__(self, why: str, line: int = 1, column: int = 1) -> None:
        super().__init__(why)
        self.at = (line, column)


def custom_schema_findings(raws: Mapping[str, RawDocument], schemas: Mapping[str, str]) -> Iterator[Finding]:
    """Yield what the organisation's schemas refuse; a schema that cannot be used is a finding itself."""
    for path, text in sorted(schemas.items()):
        try:
            kind, validator = _kind(path), _validator(text)
            yield from _judge(path, validator, of_kind(raws.values(), kind))
        except _Unusable as why:
            yield error(_RULE, path, f"this schema cannot be used: {why}", fix="repair it", at=why.at)


def _kind(path: str) -> Kind:
    name = PurePosixPath(path).name
    kinds = [kind for kind in Kind if name.startswith(kind.value)]
    if not kinds:
        raise _Unusable("its name begins with no kind of document")
    return max(kinds, key=len)


def _validator(text: str) -> Any:
    from jsonschema import Draft202012Validator, SchemaError
    from jsonschema.validators import validator_for
    from referencing import Registry

    schema = _schema(text)
    if isinstance(schema, Mapping) and "$schema" in schema:
        unknown: Any = None
        dialect = validator_for(schema, default=unknown)
        if dialect is None:
            raise _Unusable(f"nobody here knows the dialect {schema['$schema']}")
    else:
        dialect = Draft202012Validator
    try:
        dialect.check_schema(schema)
    except SchemaError as why:
        raise _Unusable(f"{_place(why.absolute_path)}{why.message}") from None
    # A registry that holds nothing and fetches nothing: what a schema refers to lies in itself.
    return dialect(schema, registry=Registry(), format_checker=dialect.FORMAT_CHECKER)


def _schema(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as why:
        raise _Unusable(f"it is not JSON: {why.msg}", why.lineno, why.colno) from None
    except RecursionError:
        raise _Unusable("it is nested too deeply") from None


def _judge(path: str, validator: Any, raws: Iterable[RawDocument]) -> Iterator[Finding]:
    from referencing.exceptions import Unresolvable

    for raw in raws:
        try:
            refused = list(validator.iter_errors(raw.data))
        except Unresolvable as why:
            raise _Unusable(f"it refers to {why.ref}, which is not in it") from None
        except RecursionError:
            raise _Unusable("it refers to itself without end") from None
        for violation in refused:
            message = f"{_place(violation.absolute_path)}{violation.message}"[:_LONGEST]
            at = raw.position(tuple(violation.absolute_path))
            yield error(
                _RULE, raw.path, f"{message} ({path})", fix=f"keep to the organisation's schema {path}", at=at
            )


def _place(path: Iterable[str | int]) -> str:
    name = ".".join(map(str, path))
    return f"{name}: " if name else ""
