"""The table of Git hosts."""

from pathlib import Path

import pytest

from mlplatform.core.kinds.git_host import GitHubSettings
from mlplatform.providers.forge import connect_forge
from mlplatform.providers.forge.interface import ForgeError
from mlplatform.providers.git import Git

GITHUB = GitHubSettings(provider="github", repository="acme/ml", verdictApp=1, ledgerApp=2)


def test_without_a_git_host_in_platform_yaml_the_error_says_what_to_add() -> None:
    with pytest.raises(ForgeError, match=r"names no Git host.* \(add gitHost: "):
        connect_forge(None, Git(Path()))


def test_github_is_connected_by_the_credentials_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "ghp_token")
    assert "ghp_token" not in repr(connect_forge(GITHUB, Git(Path())))


def test_github_without_credentials_names_the_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_TOKEN", "PLATFORM_APP_ID", "PLATFORM_APP_KEY"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(ForgeError, match="GITHUB_TOKEN, or PLATFORM_APP_ID and PLATFORM_APP_KEY"):
        connect_forge(GITHUB, Git(Path()))
