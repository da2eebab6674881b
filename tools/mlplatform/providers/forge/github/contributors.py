"""Who wrote a pull request: the authors, committers and co-authors of its commits.

An address is somebody's account where GitHub says so, of this commit or another of the pull request, or where GitHub
made it (`123+login@users.noreply.github.com`). Of an address in a trailer GitHub says nothing here, so that a co-author
who is named by an address that no commit has is not known by their login.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mlplatform.providers.forge.github.accounts import Accounts, address_name
from mlplatform.providers.forge.github.answers import CommitAnswer, Signature, User

WEB_FLOW = 19864447  # who commits what is edited, merged or rebased on GitHub's pages
_CO_AUTHOR = re.compile(r"^[ \t]*co-authored-by[ \t]*:[^<\r\n]*<([^<>\r\n]*)>", re.IGNORECASE | re.MULTILINE)
_NO_REPLY = re.compile(r"(?:([0-9]{1,18})\+)?([A-Za-z0-9_-]+)@users\.noreply\.[a-z0-9.-]+", re.IGNORECASE)


def contributors(commits: Sequence[CommitAnswer], accounts: Accounts, seen: Sequence[User]) -> list[str]:
    """Return the names of all who had a part in the commits, sorted; `seen` are other accounts of the change."""
    directory = _Directory.of(commits, accounts, seen)
    return sorted({name for commit in commits for name in directory.names(commit)})


def is_web_flow(user: User | None) -> bool:
    """True when a committer is GitHub itself."""
    return user is not None and (user.id == WEB_FLOW or user.login == "web-flow")


@dataclass(frozen=True, slots=True)
class _Directory:
    accounts: Accounts
    by_id: dict[int, User]
    by_email: dict[str, User]

    @staticmethod
    def of(commits: Sequence[CommitAnswer], accounts: Accounts, seen: Sequence[User]) -> "_Directory":
        by_email = {
            signature.email.lower(): user
            for commit in commits
            for signature, user in _signatures(commit)
            if signature and user and not is_web_flow(user)
        }
        return _Directory(accounts, {user.id: user for user in (*by_email.values(), *seen)}, by_email)

    def names(self, commit: CommitAnswer) -> Iterator[str]:
        for signature, user in _signatures(commit):
            if user is None:
                yield from self._names_at(signature.email if signature else "")
            elif not (is_web_flow(user) and user is commit.committer):
                yield self.accounts.name_of(user)
        for email in _CO_AUTHOR.findall(commit.commit.message):
            yield from self._names_at(email.strip())

    def _names_at(self, email: str) -> Iterator[str]:
        """Yield the names that an address may be: of the id in it, and of the login in it where they differ."""
        if user := self.by_email.get(email.lower()):
            yield self.accounts.name_of(user)
        if (address := _NO_REPLY.fullmatch(email)) is None:
            if user is None:
                yield address_name(email)
            return
        number, login = address.groups()
        claimed = User(login=login, id=int(number or 0), type="User")
        yield self.accounts.name_of(self.by_id.get(claimed.id, claimed))
        if not number:
            yield from (
                self.accounts.name_of(user)
                for user in self.by_id.values()
                if user.login.lower() == login.lower()
            )


def _signatures(commit: CommitAnswer) -> tuple[tuple[Signature | None, User | None], ...]:
    return (commit.commit.author, commit.author), (commit.commit.committer, commit.committer)
