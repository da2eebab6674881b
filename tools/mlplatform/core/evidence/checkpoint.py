"""Checkpoints: how far the evidence was verified, so that the next time only what is new is."""

from typing import Annotated, Literal

from pydantic import Field

from mlplatform.core.evidence.trust import TrustedKey
from mlplatform.core.kinds.base import Digest, GitCommit, Moment, StrictModel


class OpenChange(StrictModel):
    """A change of an environment that had not been applied yet."""

    commit: GitCommit
    environment: str
    path: str


class OpenEmergency(StrictModel):
    """An emergency that had not been reviewed yet, and until when that has to be."""

    id: str
    record: GitCommit
    due: Moment


class Checkpoint(StrictModel):
    """What was verified: `records` records up to `ledger`, of the commits of main up to `main`.

    `keys` are those that counted at that record, `signed` and `timestamped` whether it was, and `digest` its own.
    `controls` is when what protects main was looked at last; `openChanges` and `openEmergencies` are still to be
    answered.
    """

    schema_: Literal["checkpoint/v1"] = Field(alias="schema", default="checkpoint/v1")
    ledger: GitCommit
    records: Annotated[int, Field(ge=0)]
    main: GitCommit
    signed: bool
    timestamped: bool = False
    digest: Digest | None
    lastRecordedAt: Moment | None = None
    controls: Moment | None = None
    keys: list[TrustedKey]
    openChanges: list[OpenChange] = Field(default_factory=list)
    openEmergencies: list[OpenEmergency] = Field(default_factory=list)
