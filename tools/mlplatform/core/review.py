"""Reviews: who requested a change, who wrote it and who reviewed it, as the Git host knows them."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from mlplatform.core.kinds.base import GitCommit, StrictModel

# Wider than the logins of documents: bots and outsiders review too, and must not make the file unreadable.
GitHostLogin = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9]([A-Za-z0-9_.@-]*)(\[bot\])?$", max_length=100)
]


class GivenReview(StrictModel):
    """One review of one commit; a later review of the same user replaces an earlier one."""

    user: GitHostLogin
    state: Literal["approved", "changes-requested", "commented", "dismissed"]
    head: GitCommit
    team: Annotated[str, StringConstraints(max_length=100)] | None = None


class Review(StrictModel):
    """The people of one pull request; `reviews` are in the order they were given, `head` is the reviewed commit."""

    schema_: Literal["approvals/v1"] = Field(alias="schema")
    requester: GitHostLogin
    contributors: list[GitHostLogin]
    pushers: list[GitHostLogin]
    head: GitCommit
    reviews: list[GivenReview]
