"""The value types that documents share: strict, frozen, unknown keys are errors."""

import re
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic.json_schema import WithJsonSchema

from mlplatform.core.names import NAME, lookalike
from mlplatform.core.payload import DIGEST

_NUMBER = r"(0|[1-9][0-9]*)"
_LABEL = rf"({_NUMBER}|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
_SEMVER = rf"{_NUMBER}\.{_NUMBER}\.{_NUMBER}(-{_LABEL}(\.{_LABEL})*)?"
_RFC3339 = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(Z|[+-][0-9]{2}:[0-9]{2})"

Name = Annotated[str, StringConstraints(pattern=rf"^{NAME}$")]
QualifiedName = Annotated[str, StringConstraints(pattern=rf"^{NAME}/{NAME}$")]
# As Git hosts have them: GitHub's, those of its managed users (ada_acme), GitLab's (ada.lovelace).
_LOGIN = r"[A-Za-z0-9_][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*"
Login = Annotated[str, StringConstraints(pattern=rf"^{_LOGIN}$", max_length=100)]
BotLogin = Annotated[str, StringConstraints(pattern=rf"^{_LOGIN}(\[bot\])?$", max_length=100)]
Digest = Annotated[str, StringConstraints(pattern=rf"^{DIGEST}$")]
Version = Annotated[str, StringConstraints(pattern=rf"^{_SEMVER}$", max_length=64)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
GitCommit = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{40}$")]
Percent = Annotated[float, Field(ge=0, le=100)]
RuleId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]*(-[A-Za-z0-9_]+)*$", max_length=80)]
Uri = Annotated[
    str, StringConstraints(pattern=r"^(local|https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._/-]*)?)$")
]
# What people call things in tables and runs: any visible text without blanks at its ends.
LABEL = r"[^\x00-\x20\x7f-\xa0]([^\x00-\x1f\x7f-\x9f]*[^\x00-\x20\x7f-\xa0])?"
LONGEST_LABEL = 250


def _has_one_alphabet(value: str) -> str:
    if flaw := lookalike(value):
        raise ValueError(flaw)
    return value


Label = Annotated[
    str, StringConstraints(pattern=rf"^{LABEL}$", max_length=LONGEST_LABEL), AfterValidator(_has_one_alphabet)
]
ColumnName = Label
Classification = Literal["public", "internal", "confidential", "pii"]


def _as_time(value: object) -> object:
    if not isinstance(value, str):
        return value
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is not None and not re.fullmatch(
        _RFC3339, value
    ):  # what policies read, and other programs
        raise ValueError("isoformat is more than RFC 3339, as which times are written")
    return moment


def _has_zone(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("the time needs a zone, as in 2026-08-15T00:00:00Z")
    return value


Moment = Annotated[
    datetime,
    BeforeValidator(_as_time),
    AfterValidator(_has_zone),
    WithJsonSchema({"type": "string", "format": "date-time", "pattern": f"^{_RFC3339}$"}),
]


def _as_day(value: object) -> object:
    return date.fromisoformat(value) if isinstance(value, str) else value


Day = Annotated[
    date,
    BeforeValidator(_as_day),
    WithJsonSchema({"type": "string", "format": "date", "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}),
]


class StrictModel(BaseModel):
    """A mapping inside a document."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, populate_by_name=False)


class DocumentModel(StrictModel):
    """What a whole document says."""


class Freeze(StrictModel):
    """A window in which nothing but a rollback may change; `to` is not part of it."""

    from_: Moment = Field(alias="from")
    to: Moment
    reason: Text
