"""The Git hosts: one entry each in a literal table."""

from collections.abc import Callable, Mapping
from typing import Any

from mlplatform.core.kinds.git_host import GitHubSettings, SignedSettings
from mlplatform.providers.forge.interface import Forge, ForgeError
from mlplatform.providers.git import Git


def _connect_github(settings: GitHubSettings, git: Git) -> Forge:
    from mlplatform.providers.forge.github import connect

    return connect(settings, git)


_FORGES: Mapping[str, Callable[[Any, Git], Forge]] = {
    "github": _connect_github,
}


def connect_forge(settings: GitHubSettings | SignedSettings | None, git: Git) -> Forge:
    """Connect to the Git host that platform.yaml names; ForgeError where it names none, or nothing implements it."""
    if settings is None:
        raise ForgeError("platform.yaml names no Git host", fix="add gitHost: {provider: github, …}")
    if (connect := _FORGES.get(settings.provider)) is None:
        raise ForgeError(
            f"there is no Git host by {settings.provider} yet",
            fix=f"write gitHost: {{provider: {' or '.join(_FORGES)}, …}}",
        )
    return connect(settings, git)
