"""GitHub's controls, as a host that can be told them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from mlplatform.core.controls import Controls
from mlplatform.core.kinds.git_host import GitHubSettings
from mlplatform.providers.forge.github.access import Access, read_access, require_encryption
from mlplatform.providers.forge.github.api import GitHubApi
from mlplatform.providers.forge.github.deadline import Deadline
from mlplatform.providers.forge.github.forge import PAUSE_SECONDS, SECONDS
from mlplatform.providers.forge.github.read_controls import read_controls
from mlplatform.providers.forge.github.write_controls import write_control
from mlplatform.providers.forge.interface import ControlsHost


def connect_controls(
    settings: GitHubSettings, *, seconds: float = SECONDS, pause: float = PAUSE_SECONDS
) -> ControlsHost:
    """Return GitHub's controls, with the credentials of the environment; every call may take `seconds`."""
    require_encryption(settings.api)
    return GitHubControls(settings, read_access(), seconds, pause)


@dataclass(frozen=True, slots=True)
class GitHubControls:
    """What protects the repository of the settings on GitHub."""

    settings: GitHubSettings
    access: Access
    seconds: float
    pause: float

    def in_force(self, declared: Controls) -> Controls:
        """Return what is in force of the declared controls, all of it read within one deadline."""
        with self._api() as api:
            return read_controls(api, self.settings.repository, declared)

    def put(self, control: str, declared: Controls, in_force: Controls) -> None:
        """Make one control what is declared."""
        with self._api() as api:
            write_control(api, self.settings.repository, control, declared, in_force)

    @contextmanager
    def _api(self) -> Iterator[GitHubApi]:
        deadline = Deadline.after(self.seconds, self.pause)
        with self.access.opened(self.settings.api, self.settings.repository, deadline) as api:
            yield api
