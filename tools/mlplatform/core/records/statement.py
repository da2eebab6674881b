"""A record on the ledger, as an in-toto Statement: subjects with their digests, and a predicate about them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, Literal

from pydantic import BaseModel, Field, ValidationError, create_model
from pydantic_core import from_json

from mlplatform.core.kinds.base import StrictModel
from mlplatform.core.records.base import Predicate, flaw_of
from mlplatform.core.records.table import PREDICATES, short_name

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class UnknownPredicate:
    """A predicate of a type that this release does not know; `statement` is all of its record, as JSON."""

    predicate_type: str
    statement: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Statement:
    """A predicate and its subjects: by name the digest, such as `sha256:…` or `gitCommit:…`.

    Of an unknown predicate the subjects are not read.
    """

    subjects: Mapping[str, str]
    predicate: Predicate | UnknownPredicate

    @property
    def recorded_at(self) -> datetime:
        """When it was written, by the clock of its writer; after every other one where it does not say."""
        if isinstance(self.predicate, UnknownPredicate):
            return _NEVER
        try:
            when = datetime.fromisoformat(self.predicate.recordedAt)
        except ValueError:
            return _NEVER
        return when if when.tzinfo else when.replace(tzinfo=UTC)

    @staticmethod
    def of(predicate: Predicate) -> "Statement":
        """Return the statement of a predicate that knows what it is about."""
        return Statement(predicate.subjects(), predicate)

    def as_json(self) -> dict[str, Any]:
        """Return the statement as in-toto writes it, with a DigestSet for each subject."""
        if isinstance(self.predicate, UnknownPredicate):
            return dict(self.predicate.statement)
        digests = {name: digest.split(":", 1) for name, digest in sorted(self.subjects.items())}
        return {
            "_type": STATEMENT_TYPE,
            "subject": [{"name": name, "digest": {kind: value}} for name, (kind, value) in digests.items()],
            "predicateType": self.predicate.predicate_type,
            "predicate": self.predicate.as_json(),
        }

    @staticmethod
    def from_json(text: bytes) -> "Statement":
        """Read a statement; ValueError says in one line which key does not fit, and what should be there."""
        try:
            predicate_type = _Typed.model_validate_json(text).predicateType
            if predicate_type not in PREDICATES:
                return Statement({}, UnknownPredicate(predicate_type, from_json(text)))
            frame = _frame_of(predicate_type).model_validate_json(text)
        except ValidationError as error:
            raise ValueError(flaw_of(error)) from None
        return Statement(dict(subject.entry() for subject in frame.subject), frame.predicate)


class _Typed(BaseModel):
    predicateType: str


class _Subject(StrictModel):
    name: str
    digest: dict[str, str] = Field(min_length=1, max_length=1)

    def entry(self) -> tuple[str, str]:
        ((kind, value),) = self.digest.items()
        return self.name, f"{kind}:{value}"


class _Frame(StrictModel):
    type_: Literal["https://in-toto.io/Statement/v1"] = Field(alias="_type")
    subject: list[_Subject]
    predicateType: str
    predicate: Predicate


@cache
def _frame_of(predicate_type: str) -> type[_Frame]:
    predicate = PREDICATES[predicate_type]
    return create_model(short_name(predicate_type), __base__=_Frame, predicate=(predicate, ...))
