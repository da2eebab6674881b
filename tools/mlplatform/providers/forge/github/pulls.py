"""Pull requests into main: found by number, branch or head."""

import re
from collections.abc import Iterator

from mlplatform.core.names import printable
from mlplatform.core.pull_request import PullRequest
from mlplatform.providers.forge.github.answer import UnknownToGitHub
from mlplatform.providers.forge.github.answers import ListedPull, WholePull
from mlplatform.providers.forge.github.api import GitHubApi
from mlplatform.providers.forge.interface import ForgeError

MAIN = "main"
_NUMBER = re.compile(r"#?([1-9][0-9]{0,9})")


def number_in(name: str) -> int | None:
    """Return the number that a name is, as `12` or `#12`; None for any other name."""
    number = _NUMBER.fullmatch(name)
    return int(number[1]) if number else None


def is_fork(pull: ListedPull, repository: str) -> bool:
    """True when the branch lies in another repository."""
    return pull.head.repo is None or pull.head.repo.full_name.lower() != repository.lower()


def as_pull_request(pull: ListedPull, repository: str) -> PullRequest:
    """Return a pull request as the control plane has it; a fork's branch is `owner:branch`, which no branch here is."""
    return PullRequest(
        name=f"#{pull.number}",
        number=pull.number,
        branch=_branch_of(pull, repository),
        base_branch=pull.base.ref,
        head=pull.head.sha,
        title=pull.title,
        url=pull.html_url,
    )


def read_pull(api: GitHubApi, repository: str, number: int) -> WholePull:
    """Return a pull request by its number, open or not; ForgeError when it does not go into main."""
    try:
        pull = api.get(f"/repos/{repository}/pulls/{number}", WholePull)
    except UnknownToGitHub:
        raise ForgeError(
            f"{repository} has no pull request #{number} that these credentials may read",
            fix="see its number on GitHub",
        ) from None
    if pull.base.ref != MAIN:
        raise ForgeError(
            f"the pull request #{number} goes into {printable(pull.base.ref)}, not into {MAIN}",
            fix=f"change its base to {MAIN} on GitHub",
        )
    return pull


def open_pull(api: GitHubApi, repository: str, name: str) -> ListedPull:
    """Return an open pull request by its number or branch; ForgeError where there is none, or more than one."""
    if (number := number_in(name)) is not None:
        pull = read_pull(api, repository, number)
        if pull.state != "open":
            raise ForgeError(f"the pull request #{number} is not open", fix="reopen it, or name another one")
        return pull
    named = [pull for pull in open_pulls(api, repository) if _branch_of(pull, repository) == name]
    if not named:
        raise ForgeError(
            f"there is no open pull request of the branch {name!r} into {MAIN}",
            fix="name it by its number, or a fork's branch as owner:branch",
        )
    if len(named) > 1:
        numbers = " and ".join(f"#{pull.number}" for pull in named)
        raise ForgeError(f"the branch {name!r} has several pull requests, {numbers}", fix="name one of them")
    return named[0]


def open_pulls(api: GitHubApi, repository: str, branch: str | None = None) -> Iterator[ListedPull]:
    """Yield the open pull requests into main; of one branch of this repository where it is given."""
    query = {"state": "open", "base": MAIN}
    if branch is not None:
        query["head"] = f"{repository.partition('/')[0]}:{branch}"
    for page in api.pages(f"/repos/{repository}/pulls", list[ListedPull], query):
        for pull in page:
            # GitHub leaves out a filter that it does not understand.
            if pull.base.ref == MAIN and branch in (None, _branch_of(pull, repository)):
                yield pull


def _branch_of(pull: ListedPull, repository: str) -> str:
    return pull.head.label if is_fork(pull, repository) else pull.head.ref
