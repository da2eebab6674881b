"""One signed statement about a branch: a request to merge it, a review of it, or its merge."""

import json
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from mlplatform.core.kinds.base import GitCommit, Login, StrictModel

REVIEW = "review.json"
SIGNATURE = "review.json.sig"
Action = Literal["request", "approve", "reject", "comment", "merge"]


class ReviewStatement(StrictModel):
    """What a person says about one commit of a branch, and about its tree.

    `commit` is the merge commit, where the action is `merge`; `at` is for display: the order of the statements counts.
    """

    schema_: Literal["review/v1"] = Field(alias="schema", default="review/v1")
    action: Action
    person: Login
    branch: Annotated[str, StringConstraints(min_length=1, max_length=250)]
    head: GitCommit
    tree: GitCommit
    commit: GitCommit | None = None
    text: Annotated[str, StringConstraints(max_length=10_000)] = ""
    at: str

    def as_bytes(self) -> bytes:
        """Return what is signed and kept."""
        return json.dumps(self.model_dump(by_alias=True), sort_keys=True, indent=1).encode() + b"\n"
