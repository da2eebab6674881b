"""access-reviews/<quarter>.yaml: that somebody has looked at who can do what, and what was decided."""

from typing import Literal

from pydantic import Field

from mlplatform.core.kinds.base import Digest, DocumentModel, GitCommit, Login, StrictModel, Text


class AccessDecision(StrictModel):
    """What becomes of somebody who is listed and should perhaps not be; `remove` is looked for by the next review."""

    who: Text
    decision: Literal["keep", "remove"]
    reason: Text


class AccessReview(DocumentModel):
    """The sign-off of a quarter: the reviewed commit of main, the digest of what `platform access review` listed there,
    and who signs the commit that brings it."""

    schema_: Literal["access-review/v1"] = Field(alias="schema")
    commit: GitCommit
    digest: Digest
    reviewer: Login
    decisions: list[AccessDecision] = []
