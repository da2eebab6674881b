"""tenants/<tenant>/datasets/<name>.yaml: what the data is, how sensitive, how protected."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from mlplatform.core.kinds.base import (
    Classification,
    ColumnName,
    Digest,
    DocumentModel,
    Login,
    Name,
    StrictModel,
    Text,
)


class Column(StrictModel):
    """One column of the data; `notPersonal` says why one that may look personal is not."""

    type: Literal["string", "integer", "float", "boolean", "timestamp", "binary"]
    classification: Classification
    notPersonal: Annotated[str, StringConstraints(min_length=10, max_length=500)] | None = None


class Encryption(StrictModel):
    """How the data is encrypted where it lies and where it travels."""

    atRest: Literal["aws:kms", "AES256", "none"]
    key: Text | None = None
    inTransit: Literal["tls", "none"]


class Retention(StrictModel):
    """How long the data is kept, and what happens then."""

    days: int = Field(ge=1)
    deletion: Literal["delete", "anonymise", "archive"]


class Consent(StrictModel):
    """Why we may process the data, and where that is written."""

    basis: Literal[
        "contract", "consent", "legal-obligation", "legitimate-interest", "public-task", "vital-interests"
    ]
    record: Text


_STEP = "[A-Za-z0-9_=-][A-Za-z0-9._=-]*"  # of a bucket path: never . or .., which some clients would follow
Location = Annotated[
    str,
    StringConstraints(
        pattern=rf"^(s3://[a-z0-9][a-z0-9.-]{{1,61}}[a-z0-9]/({_STEP}/)*({_STEP})?|examples/data/[a-z0-9-]+/[a-z0-9-]+\.csv)$"
    ),
]


class Dataset(DocumentModel):
    """One data set; `location` is a bucket path, or a CSV file in this repository's examples/data."""

    schema_: Literal["dataset/v1"] = Field(alias="schema")
    description: Text | None = None
    owner: Login
    location: Location
    region: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[a-z]+)+-[0-9]$")]
    format: Literal["csv", "parquet", "jsonl"]
    digest: Digest
    classification: Classification
    columns: dict[ColumnName, Column]
    encryption: Encryption | None = None
    retention: Retention | None = None
    consent: Consent | None = None
    sharedWith: list[Name] = []
