"""The repository that a command works in, with its local target."""

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from mlplatform.core.applied import newest_fence
from mlplatform.core.errors import Refusal
from mlplatform.core.kinds import Environment, Model
from mlplatform.core.lease import Lease
from mlplatform.core.repository import Repository
from mlplatform.core.target import EnvironmentPaths, LocalTarget
from mlplatform.local.identity import read_target_id, require_at_home
from mlplatform.local.lease import is_held
from mlplatform.local.lease import lease as local_lease
from mlplatform.providers.git import Git
from mlplatform.providers.lease.remote import is_held_remotely, remote_lease
from mlplatform.record.ledger import Ledger, local_ledger, shared_ledger

REMOTE, MAIN = "origin", "main"


@dataclass(frozen=True, slots=True)
class Workspace:
    """A repository with its `.platform/` folder."""

    git: Git
    target: LocalTarget

    @staticmethod
    def discover(start: Path | None = None) -> "Workspace":
        """Return the workspace that a folder (None: the current one) lies in; Refusal outside of a repository."""
        git = Git.discover(start or Path.cwd())
        return Workspace(git, LocalTarget(git.root))

    def paths(self, environment: str) -> EnvironmentPaths:
        """Return the files of a local environment; Refusal where `.platform/` was copied or moved here."""
        require_at_home(self.target)
        return self.target.environment(environment)

    def target_id(self) -> str:
        """Return the id of the local target; Refusal when none was set up yet."""
        identifier = read_target_id(self.target)
        if identifier is None:
            raise Refusal("this repository has no local target yet", fix="run `make up`")
        return identifier

    def ledger(self, settings: Environment) -> Ledger:
        """Return the ledger of an environment: the shared one, or for a local environment the laptop's own."""
        if settings.is_shared:
            return shared_ledger(self.git, REMOTE)
        return local_ledger(self.git, self.target_id())

    def ledgers(self) -> tuple[Ledger, ...]:
        """Return every ledger that may mention this repository, as far as this clone has them."""
        ledgers = [shared_ledger(self.git, REMOTE)]
        if read_target_id(self.target) is not None:
            ledgers.append(local_ledger(self.git, self.target_id()))
        return tuple(ledgers)

    @contextmanager
    def lease(
        self, settings: Environment, environment: str, say: Callable[[str], None] = lambda _: None
    ) -> Iterator[Lease]:
        """Hold the lease of an environment: on this machine, and for a shared one on every other machine too.

        `say` is called with a sentence while the lease is waited for.
        """
        with ExitStack() as stack:
            lease: Lease = stack.enter_context(local_lease(self.paths(environment)))
            if settings.is_shared:
                newest = self._newest_fence(
                    settings, environment
                )  # a lease that somebody deleted starts anew
                host = socket.gethostname()
                lease = stack.enter_context(
                    remote_lease(self.git, REMOTE, environment, host, above=newest, say=say)
                )
            yield lease

    def _newest_fence(self, settings: Environment, environment: str) -> int:
        ledger = self.ledger(settings)
        ledger.sync()
        return newest_fence((record.statement for record in ledger.newest_first()), environment)

    def is_held(self, settings: Environment, environment: str) -> bool:
        """True while a run holds the lease of an environment, here or on another machine."""
        if is_held(self.paths(environment)):
            return True
        return settings.is_shared and is_held_remotely(self.git, REMOTE, environment)


def environment_of(repository: Repository, name: str) -> Environment:
    """Return the document of an environment; Refusal that lists the environments when there is none."""
    if name not in repository.environments:
        blocked = repository.blocked_environments.get(name)
        if blocked:
            raise Refusal(f"{name} is blocked: {blocked.message}", fix=blocked.fix, where=blocked.where)
        names = ", ".join(repository.environments_in_order()) or "none"
        raise Refusal(f"there is no environment {name} (there are: {names})")
    return repository.environments[name].body


def model_of(repository: Repository, name: str) -> Model:
    """Return the document of a model; Refusal when there is none, or its schema is violated."""
    if name not in repository.models:
        raise Refusal(
            f"there is no model {name}", fix="name one as tenant/model: `platform status` lists them"
        )
    return repository.models[name].body
