"""The Git hosts: one entry each in a literal table."""

from collections.abc import Callable
from typing import Any

from mlplatform.core.kinds.git_host import GitHubSettings, SignedSettings
from mlplatform.providers.forge.interface import Forge, ForgeError
from mlplatform.providers.git import Git


def _connect_signed(settings: SignedSettings, git: Git, remote: str) -> Forge:
    from mlplatform.providers.forge.signed import SignedForge

    return SignedForge(git, settings.signers, remote)


_FORGES: dict[str, Callable[[Any, Git, str], Forge]] = {"signed": _connect_signed}


def connect_forge(settings: GitHubSettings | SignedSettings | None, git: Git, remote: str) -> Forge:
    """Connect to the Git host of a repository; ForgeError where platform.yaml names none."""
    if settings is None:
        raise ForgeError(
            "platform.yaml names no Git host, so that nobody can review a change",
            where="platform.yaml",
            fix="add gitHost: {provider: signed} or gitHost: {provider: github, …}",
        )
    return _FORGES[settings.provider](settings, git, remote)
