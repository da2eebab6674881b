"""The check runs and statuses of a commit, and which App made them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import quote

from mlplatform.core.pull_request import VERDICT_STATUS, ForgeCheck, StatusState
from mlplatform.providers.forge.github.accounts import GHOST
from mlplatform.providers.forge.github.answer import Forbidden, UnknownToGitHub
from mlplatform.providers.forge.github.answers import AppAnswer, CheckRunPage, StatusAnswer, User
from mlplatform.providers.forge.github.api import GitHubApi
from mlplatform.providers.forge.interface import ForgeError


@dataclass(slots=True)
class AppIds:
    """The ids of Apps by the login of their bot: a status has only that, and no other login can end so."""

    api: GitHubApi
    own: tuple[str, int] | None
    asked: dict[str, int | None] = field(default_factory=dict)

    def id_of(self, user: User | None) -> int | None:
        """Return the App whose bot an account is; None for a person, and for an App that is not shown to us."""
        if user is None or not (user.type == "Bot" and user.login.endswith("[bot]")):
            return None
        slug = user.login.removesuffix("[bot]")
        if self.own is not None and slug == self.own[0]:
            return self.own[1]
        if slug not in self.asked:
            try:
                self.asked[slug] = self.api.get(f"/apps/{quote(slug, safe='')}", AppAnswer).id
            except (Forbidden, UnknownToGitHub):
                self.asked[slug] = None
        return self.asked[slug]


def read_checks(api: GitHubApi, repository: str, head: str, apps: AppIds) -> Iterator[ForgeCheck]:
    """Yield the newest check run and status of each name and maker; `conclusion` is `pending` until there is one."""
    pages = list(api.pages(f"/repos/{repository}/commits/{head}/check-runs", CheckRunPage))
    runs = [run for page in pages for run in page.check_runs]
    if len(runs) < max(page.total_count for page in pages):
        raise ForgeError(f"GitHub does not list all check runs of {head[:12]}", fix="run the command again")
    for run in runs:
        maker = f"{run.app.slug}[bot]" if run.app and run.app.slug else GHOST
        yield ForgeCheck(run.name, run.conclusion or "pending", run.app.id if run.app else None, maker)
    newest: set[tuple[str, str]] = set()
    for status in _statuses(api, repository, head):
        maker = status.creator.login if status.creator else GHOST
        if (status.context, maker) not in newest:
            newest.add((status.context, maker))
            yield ForgeCheck(status.context, status.state, apps.id_of(status.creator), maker)


def read_verdict(api: GitHubApi, repository: str, head: str, app: int, apps: AppIds) -> StatusState | None:
    """Return the newest verdict of a commit that this App posted; None where it posted none."""
    for status in _statuses(api, repository, head):
        if status.context == VERDICT_STATUS and apps.id_of(status.creator) == app:
            return status.state
    return None


def _statuses(api: GitHubApi, repository: str, head: str) -> Iterator[StatusAnswer]:
    """Yield the statuses of a commit, newest first."""
    for page in api.pages(f"/repos/{repository}/commits/{head}/statuses", list[StatusAnswer]):
        yield from page
