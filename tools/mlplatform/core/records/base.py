"""What predicates are made of: frozen, strict dataclasses, written with the keys that they were given."""

import json
from collections.abc import Callable, Iterator
from dataclasses import fields
from datetime import datetime
from functools import cached_property
from operator import not_
from typing import Annotated, Any, ClassVar, Generic, TypeVar, cast, dataclass_transform

from pydantic import AfterValidator, ConfigDict, Field, Strict, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from mlplatform.core.kinds.base import Digest, GitCommit
from mlplatform.core.plan import Action

__all__ = [
    "Digest",
    "GitCommit",
    "GitObject",
    "IfGiven",
    "Items",
    "MomentText",
    "Number",
    "Predicate",
    "RecordPart",
    "moment",
    "record_part",
]

T = TypeVar("T")

Items = Annotated[tuple[T, ...], Strict(False)]  # a JSON array
IfGiven = Annotated[T, Field(exclude_if=not_)]  # a key that is written only where there is something to say
GitObject = GitCommit  # the id of any object has this form
Number = int | float  # 1 stays 1, as digests are taken over numbers


def moment(text: str) -> datetime:
    """Return the time in a text of ISO 8601; ValueError where it is none, or has no zone."""
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        raise ValueError("the time has no zone")
    return time


def _as_written(text: str) -> str:
    moment(text)
    return text


MomentText = Annotated[str, AfterValidator(_as_written)]  # a time, which is written again to the letter

_CONFIG = ConfigDict(extra="forbid", strict=True, defer_build=True)


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(Field,))
def record_part(cls: type[T]) -> type[T]:
    """Make a class a frozen dataclass that pydantic validates; unlike a model it takes no memory beside its values."""
    decorate = cast(
        Callable[[type[T]], type[T]],
        dataclass(frozen=True, slots=True, kw_only=True, config=_CONFIG),
    )
    return decorate(cls)


class Schema(Generic[T]):
    """Reads and writes values of a type; made when it is first used, as that takes a while."""

    def __init__(self, type_: Any) -> None:
        self._type = type_

    @cached_property
    def adapter(self) -> TypeAdapter[T]:
        return TypeAdapter(self._type)

    def parse(self, values: object) -> T:
        """Return a value from JSON values; ValueError where they do not fit."""
        try:
            return self.adapter.validate_json(as_unicode(json.dumps(values, ensure_ascii=False)))
        except ValidationError as error:
            raise ValueError(flaw_of(error)) from None


_schemas: dict[type, Schema[Any]] = {}


def schema_of(cls: type) -> Schema[Any]:
    """Return the schema of a part of a record."""
    return _schemas.setdefault(cls, Schema(cls))


def parse(cls: type[T], values: object) -> T:
    """Return a part of a record from JSON values; ValueError where they do not fit."""
    part: T = schema_of(cls).parse(values)
    return part


def as_unicode(text: str) -> str:
    """Return a text with question marks for bytes that are no Unicode, as in an odd file name: JSON has no bytes."""
    return text.encode(errors="replace").decode()


def flaw_of(error: ValidationError) -> str:
    """Return in one line the first key that does not fit, and why."""
    first = error.errors(include_url=False, include_context=False)[0]
    key = ".".join(_keys(first["loc"]))
    return f"{key}: {first['msg']}" if key else first["msg"]


def _keys(location: tuple[int | str, ...]) -> Iterator[str]:
    """Yield the keys to a value, without the action that chose the type of an outcome."""
    before: int | str = 0
    for part in location:
        if not (isinstance(before, int) and part in set(Action)):
            yield str(part)
        before = part


class RecordPart:
    """A mapping inside a record."""

    __slots__ = ()

    def as_json(self) -> dict[str, Any]:
        adapter = schema_of(type(self)).adapter
        values: dict[str, Any] = adapter.dump_python(self, mode="json", by_alias=True)
        return values


@record_part
class Predicate(RecordPart):
    """What a statement says of its subjects.

    The ledger gives each record its `id` and `recordedAt`, the writer's clock, for display: the chain of commits is the
    order. `previous` is the digest of the record before it.
    """

    predicate_type: ClassVar[str]

    id: IfGiven[str] = ""
    recordedAt: IfGiven[str] = ""
    previous: IfGiven[Digest | None] = None

    def subjects(self) -> dict[str, str]:
        """Return the digests of what it is about, by name."""
        return {}


P = TypeVar("P", bound=Predicate)


def extended(cls: type[P], start: Predicate, **more: object) -> P:
    """Return a predicate that begins with the fields of another one, its header."""
    return cls(**{each.name: getattr(start, each.name) for each in fields(start)} | more)
