"""GitHub as a Git host."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from mlplatform.core.errors import Refusal
from mlplatform.core.kinds.git_host import GitHubSettings
from mlplatform.core.pull_request import (
    VERDICT_STATUS,
    ForgeCheck,
    Issue,
    MergedChange,
    PullRequest,
    StatusState,
)
from mlplatform.core.review import Review
from mlplatform.providers.forge.github.access import Access, read_access, require_encryption
from mlplatform.providers.forge.github.accounts import Accounts
from mlplatform.providers.forge.github.answers import StatusAnswer
from mlplatform.providers.forge.github.api import GitHubApi
from mlplatform.providers.forge.github.branch_updates import BranchUpdates
from mlplatform.providers.forge.github.comments import keep_comment
from mlplatform.providers.forge.github.commit_checks import AppIds, read_checks, read_verdict
from mlplatform.providers.forge.github.deadline import Deadline
from mlplatform.providers.forge.github.issues import keep_issues
from mlplatform.providers.forge.github.merged import merged_change
from mlplatform.providers.forge.github.opening import (
    ORIGIN,
    fetch_objects,
    open_or_update,
    push,
    without_credentials,
)
from mlplatform.providers.forge.github.pulls import (
    MAIN,
    as_pull_request,
    number_in,
    open_pull,
    open_pulls,
    read_pull,
)
from mlplatform.providers.forge.github.read_review import read_commits, read_review, require_head
from mlplatform.providers.forge.interface import Forge, ForgeError
from mlplatform.providers.git import Git
from mlplatform.providers.git.merge import require_commit_as_reviewed
from mlplatform.providers.git.remote import RemoteRef

SECONDS = 60.0
PAUSE_SECONDS = 0.5
_LONGEST_DESCRIPTION = 140


def connect(
    settings: GitHubSettings, git: Git, *, seconds: float = SECONDS, pause: float = PAUSE_SECONDS
) -> Forge:
    """Return GitHub, with the credentials of the environment; every question to it may take `seconds`."""
    require_encryption(settings.api)
    return GitHubForge(settings, replace(git, seconds=seconds), read_access(), seconds, pause)


@dataclass(frozen=True, slots=True)
class GitHubForge:
    """The repository of the settings on GitHub, and this clone of it."""

    settings: GitHubSettings
    git: Git
    access: Access
    seconds: float
    pause: float

    def pull_request(self, name: str) -> PullRequest:
        """Return an open pull request by `12`, `#12`, its branch, or `owner:branch` for that of a fork."""
        with self._api() as api:
            return as_pull_request(open_pull(api, self._repository, name), self._repository)

    def pull_requests(self, head: str | None = None) -> tuple[PullRequest, ...]:
        """Return the open pull requests into main; with `head` only those whose head is this commit."""
        with self._api() as api:
            pulls = [pull for pull in open_pulls(api, self._repository) if head in (None, pull.head.sha)]
            return tuple(as_pull_request(pull, self._repository) for pull in pulls)

    def base(self, pull: PullRequest) -> str:
        """Return the tip of the base branch on origin, which is in this clone then."""
        try:
            tip = RemoteRef(self.git, ORIGIN, f"refs/heads/{pull.base_branch}").fetch()
        except Refusal as failure:
            raise ForgeError(without_credentials(failure.message), fix=failure.fix) from None
        if tip is None:
            raise ForgeError(f"{ORIGIN} has no branch {pull.base_branch}", fix="push it first")
        return tip

    def fetch(self, pull: PullRequest) -> None:
        """Fetch the head of a pull request from origin as objects; no ref and no file changes."""
        ref = f"refs/pull/{self._number(pull)}/head"
        try:
            commit = RemoteRef(self.git, ORIGIN, ref).tip()
            if commit == pull.head:
                fetch_objects(self.git, ref, commit)
        except Refusal as failure:
            raise ForgeError(without_credentials(failure.message), fix=failure.fix) from None
        if commit != pull.head:
            raise ForgeError(
                f"the head of {pull.name} is {(commit or 'nowhere')[:12]} on {ORIGIN} and {pull.head[:12]} on GitHub",
                fix=f"run the command again; see that {ORIGIN} is {self._repository}",
            )

    def review(self, pull: PullRequest) -> Review:
        """Return the review of a pull request; ForgeError when its head moves before all of it is read."""
        number = self._number(pull)
        with self._api() as api:
            whole = read_pull(api, self._repository, number)
            require_head(whole, pull.head)
            commits = read_commits(api, self._repository, whole)
            review = read_review(api, self._repository, whole, commits, self._accounts, self._updates)
            require_head(read_pull(api, self._repository, number), pull.head)
            return review

    def merged_change(self, commit: str) -> MergedChange | None:
        """Return the pull request that became this commit of main.

        ForgeError where the commit is not exactly what was reviewed: main may have moved between the verdict and the
        merge, so that Git made of a file that both changed one that nobody has seen.
        """
        with self._api() as api:
            change = merged_change(api, self._repository, commit, self._accounts, self._updates)
        if change:
            self._require_as_reviewed(change)
        return change

    def _require_as_reviewed(self, change: MergedChange) -> None:
        head = change.review.head
        try:
            fetch_objects(self.git, f"refs/heads/{MAIN}", change.commit)
            fetch_objects(self.git, f"refs/pull/{number_in(change.name)}/head", head)
            require_commit_as_reviewed(self.git, change.commit, head, change.name)
        except Refusal as failure:
            raise ForgeError(
                without_credentials(failure.message), fix=failure.fix, where=failure.where
            ) from None

    def open_pull_request(self, branch: str, title: str, body: str) -> PullRequest:
        """Push a branch to origin and open its pull request, or bring the open one up to date."""
        head = push(self.git, branch)
        with self._api() as api:
            pull = open_or_update(api, self._repository, branch, head, title, body)
            return as_pull_request(pull, self._repository)

    def post_status(self, head: str, state: StatusState, description: str) -> None:
        """Post the verdict of a commit."""
        body = {"state": state, "description": _cut(description), "context": VERDICT_STATUS}
        with self._api() as api:
            api.update("POST", f"/repos/{self._repository}/statuses/{head}", body).read(StatusAnswer)

    def post_comment(self, name: str, key: str, body: str) -> None:
        """Write the comment of a key on a pull request; one that is named by its number may be closed."""
        with self._api() as api:
            number = number_in(name) or open_pull(api, self._repository, name).number
            keep_comment(api, self._repository, number, key, body, self.access.is_own(api))

    def keep_issues(self, label: str, issues: Sequence[Issue]) -> None:
        """Have exactly these issues of a label open, of those that these credentials made."""
        with self._api() as api:
            keep_issues(api, self._repository, label, issues, self.access.is_own(api))

    def checks(self, head: str) -> tuple[ForgeCheck, ...]:
        """Return the check runs and statuses of a commit, with the App that made each."""
        with self._api() as api:
            return tuple(read_checks(api, self._repository, head, AppIds(api, self.access.slug())))

    def verdict_of(self, head: str) -> StatusState | None:
        """Return the newest verdict of a commit by the App of the settings; anybody else's is none."""
        with self._api() as api:
            apps = AppIds(api, self.access.slug())
            return read_verdict(api, self._repository, head, self.settings.verdictApp, apps)

    @property
    def _repository(self) -> str:
        return self.settings.repository

    @property
    def _accounts(self) -> Accounts:
        return Accounts(self.settings.people)

    @property
    def _updates(self) -> BranchUpdates:
        return BranchUpdates(self.git)

    @contextmanager
    def _api(self) -> Iterator[GitHubApi]:
        deadline = Deadline.after(self.seconds, self.pause)
        with self.access.opened(self.settings.api, self._repository, deadline) as api:
            yield api

    def _number(self, pull: PullRequest) -> int:
        if pull.number is None:
            raise ForgeError(f"{pull.name} is not a pull request of GitHub", fix="name one of GitHub's")
        return pull.number


def _cut(description: str) -> str:
    if len(description) <= _LONGEST_DESCRIPTION:
        return description
    return description[: _LONGEST_DESCRIPTION - 1] + "…"
