"""What is read of GitHub's answers; fields that are not named here are not looked at."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict

from mlplatform.core.kinds.base import GitCommit


class Answered(BaseModel):
    """A part of an answer: a field that is missing, or of another type, makes all of it unreadable."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)


class User(Answered):
    """An account; `type` is User, Bot, Organization or Mannequin."""

    login: str
    id: int
    type: str

    @property
    def is_bot(self) -> bool:
        """True when it is an App's, be it by its type or by its login."""
        return self.type == "Bot" or self.login.lower().endswith("[bot]")


# GitHub says of an account that it does not know null, or an empty object.
MaybeUser = Annotated[User | None, BeforeValidator(lambda value: value or None)]


class HeadRepository(Answered):
    """The repository that a branch lies in; its owner's account."""

    full_name: str
    owner: User


class Head(Answered):
    """The branch of a pull request; `repo` is null where a fork was deleted."""

    label: str
    ref: str
    sha: GitCommit
    user: MaybeUser
    repo: HeadRepository | None


class Base(Answered):
    """The branch that a pull request goes into."""

    ref: str


class ListedPull(Answered):
    """A pull request as lists have it."""

    number: int
    state: Literal["open", "closed"]
    title: str
    body: str | None
    html_url: str
    user: MaybeUser
    head: Head
    base: Base
    created_at: AwareDatetime
    merged_at: AwareDatetime | None
    merge_commit_sha: str | None


class WholePull(ListedPull):
    """A pull request on its own."""

    commits: int
    merged_by: MaybeUser


class Signature(Answered):
    """Who a commit names as its author or committer, and when."""

    name: str = ""
    email: str = ""
    date: AwareDatetime | None = None


class Verification(Answered):
    """What GitHub says of a commit's signature."""

    verified: bool


class GitCommitAnswer(Answered):
    """A commit as git has it."""

    message: str
    author: Signature | None
    committer: Signature | None
    verification: Verification | None = None


class Parent(Answered):
    """A parent of a commit."""

    sha: GitCommit


class CommitAnswer(Answered):
    """A commit, and the accounts that GitHub knows by the addresses in it."""

    sha: GitCommit
    commit: GitCommitAnswer
    author: MaybeUser
    committer: MaybeUser
    parents: tuple[Parent, ...]


class ReviewAnswer(Answered):
    """A review; one that is not submitted yet has no time."""

    user: MaybeUser
    state: str
    commit_id: GitCommit | None
    submitted_at: AwareDatetime | None = None


class Activity(Answered):
    """A change of a branch."""

    activity_type: str
    actor: MaybeUser
    timestamp: AwareDatetime
    before: str
    after: str


class Comment(Answered):
    """A comment on a pull request."""

    id: int
    user: MaybeUser
    body: str = ""


class IssueEvent(Answered):
    """Something that happened to an issue or a pull request."""

    event: str
    created_at: AwareDatetime


class IssueAnswer(Answered):
    """An issue; `pull_request` is there where it is one of those."""

    number: int
    title: str
    body: str | None = None
    user: MaybeUser
    pull_request: dict[str, object] | None = None


class AppAnswer(Answered):
    """A GitHub App."""

    id: int
    slug: str | None = None


class StatusAnswer(Answered):
    """A status of a commit."""

    context: str
    state: Literal["success", "failure", "error", "pending"]
    creator: MaybeUser


class CheckRun(Answered):
    """A check run of a commit; `conclusion` is null until it is done."""

    name: str
    status: str
    conclusion: str | None
    app: AppAnswer | None


class CheckRunPage(Answered):
    """A page of check runs, and how many there are on all pages."""

    total_count: int
    check_runs: tuple[CheckRun, ...]
