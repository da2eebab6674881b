import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from mlplatform.core.kinds.git_host import GitHubPerson, GitHubSettings
from mlplatform.providers.forge.github import connect
from mlplatform.providers.forge.interface import Forge
from mlplatform.providers.git import Git
from tests.support.github import GitHubServer, running_github
from tests.support.github_description import description
from tests.support.github_state import Account, GitHubState, Pull
from tests.support.scratch import isolate

TOKEN = "ghp_" + "16C7e42F292c6912E7710c838347Ae178B4a"
VERDICT_APP, LEDGER_APP = 4242, 4243
GENEROUS = 60.0


@dataclass
class World:
    """A stand-in with an open pull request of grace's, a clone, and the platform's own robot account."""

    server: GitHubServer
    git: Git
    pull: Pull
    first: str

    @property
    def state(self) -> GitHubState:
        """What the stand-in knows."""
        return self.server.state

    @property
    def me(self) -> Account:
        """The account of the token."""
        return self.state.accounts["platform-robot"]

    def person(self, login: str) -> Account:
        """Return an account."""
        return self.state.accounts[login]

    def forge(self, *, seconds: float = GENEROUS, **people: GitHubPerson) -> Forge:
        """Connect, as the token or the App that the environment has."""
        settings = GitHubSettings(
            provider="github",
            repository=self.state.repository,
            api=self.server.url,
            verdictApp=VERDICT_APP,
            ledgerApp=LEDGER_APP,
            people=people,
        )
        return connect(settings, self.git, seconds=seconds, pause=0.01)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    description()  # from the cache of whoever runs this
    isolate(monkeypatch, tmp_path / "home")
    for name in ("GITHUB_TOKEN", "PLATFORM_APP_ID", "PLATFORM_APP_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    bare, clone = tmp_path / "bare", tmp_path / "clone"
    subprocess.run(["git", "init", "-q", "--bare", "--initial-branch=main", bare], check=True)
    with running_github(bare) as server:
        state = server.state
        for login in ("ada", "grace", "mary"):
            state.account(login)
        state.account("platform-robot")
        state.tokens[TOKEN] = "platform-robot"
        base = state.commit([], "ada", "the beginning")
        state.push("main", base, state.accounts["ada"])
        first = state.commit([base], "grace", "a change")
        state.push("change", first, state.accounts["grace"], "branch_creation")
        pull = state.open("change", state.accounts["grace"])
        subprocess.run(["git", "clone", "-q", bare, clone], check=True, env={**os.environ})
        yield World(server, Git(clone), pull, first)
