"""The Git hosts: one entry each in a literal table."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from mlplatform.core.controls import Controls, declare_github_controls
from mlplatform.core.errors import Refusal
from mlplatform.core.kinds.git_host import GitHubSettings, SignedSettings
from mlplatform.providers.forge.interface import ControlsHost, Forge, ForgeError
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


def _connect_github_controls(settings: GitHubSettings) -> ControlsHost:
    from mlplatform.providers.forge.github.github_controls import connect_controls

    return connect_controls(settings)


@dataclass(frozen=True, slots=True)
class ControlsProvider:
    """How a Git host's controls are declared, by its settings and the names of the environments, and reached."""

    declare: Callable[[Any, Iterable[str]], Controls]
    connect: Callable[[Any], ControlsHost]


_CONTROLS: Mapping[str, ControlsProvider] = {
    "github": ControlsProvider(declare_github_controls, _connect_github_controls),
}


def controls_provider(
    settings: GitHubSettings | SignedSettings | None,
) -> tuple[GitHubSettings, ControlsProvider]:
    """Return the settings of a Git host that has controls, and how they are reached; Refusal where it has none."""
    if settings is None:
        raise _no_git_host()
    provider = _CONTROLS.get(settings.provider)
    if provider is None or isinstance(settings, SignedSettings):
        raise Refusal(
            f"a Git host of the provider {settings.provider} has no controls to set up: what protects main there is "
            "who may push to it",
            where="platform.yaml",
            fix=f"see to that on its server, or name another in gitHost.provider: {', '.join(_CONTROLS)}",
        )
    return settings, provider


def connect_forge(settings: GitHubSettings | SignedSettings | None, git: Git) -> Forge:
    """Connect to the Git host that platform.yaml names; ForgeError where it names none."""
    if settings is None:
        raise _no_git_host()
    return _FORGES[settings.provider](settings, git)


def _no_git_host() -> ForgeError:
    return ForgeError(
        "platform.yaml names no Git host, so that nobody can review a change",
        where="platform.yaml",
        fix=f"add gitHost: {{provider: {' or '.join(_FORGES)}, …}}",
    )
