"""Who asked for a change, who wrote it and who reviewed it: what a forge knows, in the forge's own words."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from mlplatform.core.kinds.base import GitCommit, StrictModel

# Wider than the logins of documents: bots and outsiders review too, and must not make the file unreadable.
ForgeLogin = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9]([A-Za-z0-9_.@-]*)(\[bot\])?$", max_length=100)
]


class GivenReview(StrictModel):
    """One review: of which commit, and what it said. A later one of the same user replaces an earlier one."""

    user: ForgeLogin
    state: Literal["approved", "changes-requested", "commented", "dismissed"]
    head: GitCommit
    team: Annotated[str, StringConstraints(max_length=100)] | None = None


class Review(StrictModel):
    """The people of one pull request; `reviews` in the order in which they were given, `head` what they are about."""

    schema_: Literal["approvals/v1"] = Field(alias="schema")
    requester: ForgeLogin
    contributors: list[ForgeLogin]
    pushers: list[ForgeLogin]
    head: GitCommit
    reviews: list[GivenReview]
