"""The Git hosts: one entry each in a literal table."""

from collections.abc import Callable, Mapping
from typing import Any

from mlplatform.core.kinds.git_host import GitHubSettings, SignedSettings
from mlplatform.providers.forge.interface import Forge, ForgeError
from mlplatform.providers.git import Git


def _connect_github(settings: GitHubSettings, git: Git) -> Forge:
    from mlplatform.providers.forge.github import connect

    return connect(settings, git)


def _connect_signed(settings: SignedSettings, git: Git) -> Forge:
    from mlplatform.providers.forge.signed import SignedForge

    return SignedForge(git, settings.signers)


_FORGES: Mapping[str, Callable[[Any, Git], Forge]] = {
    "github": _connect_github,
    "signed": _connect_signed,
}


def connect_forge(settings: GitHubSettings | SignedSettings | None, git: Git) -> Forge:
    """Connect to the Git host that platform.yaml names; ForgeError where it names none."""
    if settings is None:
        raise ForgeError(
            "platform.yaml names no Git host, so that nobody can review a change",
            where="platform.yaml",
            fix=f"add gitHost: {{provider: {' or '.join(_FORGES)}, …}}",
        )
    return _FORGES[settings.provider](settings, git)
