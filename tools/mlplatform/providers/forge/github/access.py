"""Credentials for GitHub, from the environment: those of a GitHub App, or a token.

Where both are given the App's are taken: the verdict has to come from it.
"""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import urlsplit

from pydantic import BaseModel

from mlplatform.providers.forge.github.answer import Forbidden
from mlplatform.providers.forge.github.answers import User
from mlplatform.providers.forge.github.api import GitHubApi
from mlplatform.providers.forge.github.deadline import Deadline
from mlplatform.providers.forge.interface import ForgeError

# Who the token of a workflow writes as; it may not ask who it is.
ACTIONS_BOT = "github-actions[bot]"
_RENEW_SECONDS = 300.0
_THIS_MACHINE = frozenset({"localhost", "127.0.0.1"})
_NAMES = "GITHUB_TOKEN, or PLATFORM_APP_ID and PLATFORM_APP_KEY"

IsOwn = Callable[[User | None], bool]


class Access(Protocol):
    """A way to authenticate."""

    def opened(self, base_url: str, repository: str, deadline: Deadline) -> Any:
        """Return a context with the API for one deadline."""
        ...

    def is_own(self, api: GitHubApi) -> IsOwn:
        """Return what tells the account that writes with these credentials from all others."""
        ...

    def slug(self) -> tuple[str, int] | None:
        """Return the App's slug and id, None where the credentials are not an App's or were not used yet."""
        ...


def read_access(environment: Mapping[str, str] = os.environ) -> Access:
    """Return the credentials that the environment has; ForgeError that names the variables where it has none."""
    app_id, key = environment.get("PLATFORM_APP_ID", ""), environment.get("PLATFORM_APP_KEY", "")
    if app_id or key:
        if not (app_id and key):
            missing = "PLATFORM_APP_KEY" if app_id else "PLATFORM_APP_ID"
            raise ForgeError(f"the GitHub App's {missing} is not set", fix=f"set {_NAMES}")
        return AppAccess(_app_id(app_id), _private_key(key))
    if token := environment.get("GITHUB_TOKEN", ""):
        if not (token.isascii() and token.isprintable() and " " not in token):
            raise ForgeError("GITHUB_TOKEN cannot be a token of GitHub", fix="set it anew, without a newline")
        return TokenAccess(token)
    raise ForgeError("there are no credentials for GitHub in the environment", fix=f"set {_NAMES}")


@dataclass(frozen=True, slots=True)
class TokenAccess:
    """A person's token, or that of a workflow."""

    token: str = field(repr=False)

    @contextmanager
    def opened(self, base_url: str, repository: str, deadline: Deadline) -> Iterator[GitHubApi]:  # noqa: ARG002
        """Yield the API for one deadline."""
        from githubkit import TokenAuthStrategy

        with GitHubApi.opened(base_url, TokenAuthStrategy(self.token), deadline) as api:
            yield api

    def is_own(self, api: GitHubApi) -> IsOwn:
        """Return what knows the token's user; a workflow's token, which may not ask, is GitHub Actions'."""
        try:
            own = api.get("/user", User).id
        except Forbidden:
            return lambda user: user is not None and user.is_bot and user.login == ACTIONS_BOT
        return lambda user: user is not None and user.id == own

    def slug(self) -> tuple[str, int] | None:
        """Return None: a token does not say of which App it is."""
        return None


class _Installation(BaseModel):
    id: int
    app_id: int
    app_slug: str


class _InstallationToken(BaseModel):
    token: str
    expires_at: datetime


@dataclass(slots=True)
class AppAccess:
    """A GitHub App, as which it acts where it is installed; a token is taken for an hour at most."""

    app_id: int
    key: str = field(repr=False)
    installation: _Installation | None = None
    _token: _InstallationToken | None = field(default=None, repr=False)

    @contextmanager
    def opened(self, base_url: str, repository: str, deadline: Deadline) -> Iterator[GitHubApi]:
        """Yield the API for one deadline, as the App's installation on the repository."""
        from githubkit import TokenAuthStrategy

        if self._token is None or self._token.expires_at.timestamp() < time.time() + _RENEW_SECONDS:
            self._token = self._new_token(base_url, repository, deadline)
        with GitHubApi.opened(base_url, TokenAuthStrategy(self._token.token), deadline) as api:
            yield api

    def is_own(self, api: GitHubApi) -> IsOwn:  # noqa: ARG002 the name of its bot is known already
        """Return what knows the App's bot: nobody else's login can end so."""
        own = self.slug()
        return lambda user: own is not None and user is not None and user.login == f"{own[0]}[bot]"

    def slug(self) -> tuple[str, int] | None:
        """Return the App's slug and id."""
        return (self.installation.app_slug, self.installation.app_id) if self.installation else None

    def _new_token(self, base_url: str, repository: str, deadline: Deadline) -> _InstallationToken:
        from githubkit import AppAuthStrategy

        with GitHubApi.opened(base_url, AppAuthStrategy(self.app_id, self.key), deadline) as api:
            self.installation = api.get(f"/repos/{repository}/installation", _Installation)
            path = f"/app/installations/{self.installation.id}/access_tokens"
            return api.update("POST", path, {}).read(_InstallationToken)


def require_encryption(url: str) -> None:
    """ForgeError where credentials would go over a network unencrypted."""
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in _THIS_MACHINE:
        raise ForgeError(
            f"gitHost.api is {url}, and credentials are sent encrypted only",
            fix="write https:// in platform.yaml",
        )


def _app_id(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise ForgeError(
            "PLATFORM_APP_ID is not a number", fix="set it to the App's ID, as its page shows it"
        )
    return int(text)


def _private_key(text: str) -> str:
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        load_pem_private_key(text.encode(), password=None)
    except Exception:  # of many types; none may show what it read
        raise ForgeError(
            "PLATFORM_APP_KEY is not a private key", fix="set it to the PEM file that GitHub made for the App"
        ) from None
    return text
