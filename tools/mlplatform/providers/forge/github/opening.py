"""Opening a pull request of a local branch, or bringing the open one up to date."""

import re

from mlplatform.core.errors import Refusal
from mlplatform.providers.forge.github.answers import ListedPull, WholePull
from mlplatform.providers.forge.github.api import GitHubApi
from mlplatform.providers.forge.github.own_texts import cut
from mlplatform.providers.forge.github.pulls import MAIN, open_pulls
from mlplatform.providers.forge.interface import ForgeError
from mlplatform.providers.git import Git, GitError
from mlplatform.providers.git.refs import branch_ref, tip_of
from mlplatform.providers.git.remote import RemoteRef

ORIGIN = "origin"
_LONGEST_TITLE = 256
_IN_URL = re.compile(r"//[^@/\s']+@")


def push(git: Git, branch: str) -> str:
    """Push a branch to origin and return its commit; ForgeError when there it has commits that are not in it."""
    if branch == MAIN:
        raise ForgeError(f"{MAIN} is changed by pull requests only", fix="make a branch")
    try:
        ref = branch_ref(git, branch)
    except Refusal as refusal:
        raise ForgeError(refusal.message, fix=refusal.fix) from None
    if (head := tip_of(git, ref)) is None:
        raise ForgeError(f"there is no branch {branch} in this clone", fix="make it, or name another one")
    try:
        git.run("push", "--quiet", "--no-verify", ORIGIN, f"{ref}:{ref}")
    except Refusal as failure:
        _require_pushed(git, branch, head, failure)
    return head


def fetch_objects(git: Git, ref: str, commit: str) -> None:
    """Fetch the commit of a ref of origin, and nothing else changes in this clone."""
    try:
        git.run("cat-file", "-e", f"{commit}^{{commit}}")
    except GitError:
        git.run(
            *("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--refmap=", ORIGIN, ref),
        )
        git.run("cat-file", "-e", f"{commit}^{{commit}}")


def open_or_update(
    api: GitHubApi, repository: str, branch: str, head: str, title: str, body: str
) -> ListedPull:
    """Return the one open pull request of a branch that was pushed, with this title and body."""
    text = {"title": title[:_LONGEST_TITLE].strip(), "body": cut(body)}

    path = f"/repos/{repository}/pulls"

    def existing() -> ListedPull | None:
        return next(open_pulls(api, repository, branch), None)

    new = {**text, "head": branch, "base": MAIN}
    pull = existing() or api.create(path, ListedPull, new, existing)
    if (pull.title, pull.body or "") != (text["title"], text["body"]):
        pull = api.update("PATCH", f"{path}/{pull.number}", text).read(ListedPull)
    while pull.head.sha != head:  # GitHub sees a push a moment later
        api.deadline.back_off(f"it still has another head of #{pull.number} than what was pushed")
        pull = api.get(f"{path}/{pull.number}", WholePull)
    return pull


def without_credentials(text: str) -> str:
    """Return what git says without the credentials that an address in it may have."""
    return _IN_URL.sub("//", text)


def _require_pushed(git: Git, branch: str, head: str, failure: Refusal) -> None:
    """ForgeError unless the push came through and only its answer got lost."""
    ref = f"refs/heads/{branch}"
    try:
        there = RemoteRef(git, ORIGIN, ref).tip()
    except Refusal:
        there = None
    if there == head:
        return
    if there is not None and not _is_ancestor(git, there, head):
        raise ForgeError(
            f"the branch {branch} has commits on {ORIGIN} that are not in yours",
            fix=f"git fetch {ORIGIN}, and rebase onto them or take another name",
        ) from None
    raise ForgeError(
        f"{ORIGIN} does not take the branch {branch}: {without_credentials(failure.message)}",
        fix="see that you may push there",
    ) from None


def _is_ancestor(git: Git, old: str, new: str) -> bool:
    try:
        git.run("merge-base", "--is-ancestor", old, new)
    except Refusal:
        return False
    return True
