"""The names that documents use for the accounts of GitHub.

An account counts as a listed person by its id; its login, which can be given up and registered by somebody else, says
so only where platform.yaml names no id. What is nobody's gets a name that can be no person's: it holds an `@`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from mlplatform.core.kinds.git_host import GitHubPerson
from mlplatform.providers.forge.github.answers import User

GHOST = "ghost@github"  # an account that was deleted
_PLAIN_LOGIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,79}")
_ODD = re.compile(r"[^A-Za-z0-9_.@-]")
_LONGEST_ADDRESS = 80


@dataclass(frozen=True, slots=True)
class Accounts:
    """The people of platform.yaml, by the name that documents use."""

    people: Mapping[str, GitHubPerson]

    def name_of(self, user: User | None) -> str:
        """Return the name of an account: a person's, a login in lower case, or one that is no person's."""
        if user is None:
            return GHOST
        login = user.login.lower().removesuffix("[bot]")
        if _PLAIN_LOGIN.fullmatch(login) is None:
            login = f"user-{user.id}"
            return f"{login}[bot]" if user.is_bot else f"{login}@github"
        if user.is_bot:
            return f"{login}[bot]"
        if user.type != "User":
            return f"{login}@github"
        return self._person(user.id, login) or (f"{login}@github" if self._is_taken(login) else login)

    def _person(self, account: int, login: str) -> str | None:
        """Return the listed person whose account it is: by the id first, which no one else can have."""
        for name, person in self.people.items():
            if person.id == account:
                return name
        for name, person in self.people.items():
            if person.id is None and person.login.lower() == login:
                return name
        return None

    def _is_taken(self, login: str) -> bool:
        """True when a login is a listed person's name or account, and so not this account's."""
        return any(login in (name.lower(), person.login.lower()) for name, person in self.people.items())


def address_name(email: str) -> str:
    """Return the name of somebody of whom only an address is known: no person's, as it holds an `@`."""
    text = _ODD.sub("-", email).lstrip("_.@-")[:_LONGEST_ADDRESS]
    return text if "@" in text else f"{text or 'nobody'}@unknown"
