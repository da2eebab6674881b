"""The manifest of an export: an in-toto statement whose subjects are the export's files."""

from typing import Annotated, Literal

from pydantic import Field

from mlplatform.core.kinds.base import Day, GitCommit, Moment, StrictModel

MANIFEST, SIGNED_MANIFEST = "manifest.json", "manifest.dsse.json"


class FileDigest(StrictModel):
    """The SHA-256 of a file, in hex digits."""

    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class ManifestFile(StrictModel):
    """A file of the export by its path."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*$")]
    digest: FileDigest


class ExportPredicate(StrictModel):
    """What the files are about: the period, where they were taken from, and the time of the newest record in them."""

    repository: str
    from_: Day = Field(alias="from")
    to: Day
    main: GitCommit
    ledger: str
    ledgerCommit: GitCommit
    taken: Moment


class ExportManifest(StrictModel):
    """Every file of an export but the manifest itself, sorted by path."""

    type_: Literal["https://in-toto.io/Statement/v1"] = Field(
        alias="_type", default="https://in-toto.io/Statement/v1"
    )
    subject: list[ManifestFile]
    predicateType: Literal["urn:mlplatform:predicate:export:v1"] = "urn:mlplatform:predicate:export:v1"
    predicate: ExportPredicate
