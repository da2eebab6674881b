"""Where a command works: the repository and its local target."""

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from mlplatform.core.errors import Refusal
from mlplatform.core.kinds import Environment, Model
from mlplatform.core.lease import Lease
from mlplatform.core.repository import Repository
from mlplatform.core.statement import newest_fence
from mlplatform.core.target import EnvironmentPaths, LocalTarget
from mlplatform.local.identity import read_target_id
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
        """The repository that a folder (None: the current one) lies in; Refusal where there is none."""
        git = Git.discover(start or Path.cwd())
        return Workspace(git, LocalTarget(git.root))

    def paths(self, environment: str) -> EnvironmentPaths:
        return self.target.environment(environment)

    def target_id(self) -> str:
        """Which target this is; Refusal when nothing was set up here yet."""
        found = read_target_id(self.target)
        if found is None:
            raise Refusal("this repository has no local target yet", fix="run `make up`")
        return found

    def ledger(self, settings: Environment) -> Ledger:
        """Where what is done to an environment is recorded: a laptop never writes the company's record."""
        if settings.is_shared:
            return shared_ledger(self.git, REMOTE)
        return local_ledger(self.git, self.target_id())

    def ledgers(self) -> tuple[Ledger, ...]:
        """Every ledger that may hold something of this repository, as far as this clone knows them."""
        known = [shared_ledger(self.git, REMOTE)]
        if read_target_id(self.target) is not None:
            known.append(local_ledger(self.git, self.target_id()))
        return tuple(known)

    @contextmanager
    def lease(
        self, settings: Environment, environment: str, say: Callable[[str], None] = lambda _: None
    ) -> Iterator[Lease]:
        """Hold an environment: against other runs on this machine, and where it is shared on every other one.

        `say` is told what is waited for.
        """
        with ExitStack() as held:
            lease: Lease = held.enter_context(local_lease(self.paths(environment)))
            if settings.is_shared:
                above = self._newest_fence(settings, environment)  # a lease that somebody deleted starts anew
                host = socket.gethostname()
                lease = held.enter_context(
                    remote_lease(self.git, REMOTE, environment, host, above=above, say=say)
                )
            yield lease

    def _newest_fence(self, settings: Environment, environment: str) -> int:
        ledger = self.ledger(settings)
        ledger.sync()
        return newest_fence((record.statement for record in ledger.newest_first()), environment)

    def is_held(self, settings: Environment, environment: str) -> bool:
        """Whether a run is changing an environment now, here or on another machine."""
        if is_held(self.paths(environment)):
            return True
        return settings.is_shared and is_held_remotely(self.git, REMOTE, environment)


def environment_of(repository: Repository, name: str) -> Environment:
    """The document of an environment; Refusal naming those there are."""
    if name not in repository.environments:
        blocked = repository.blocked_environments.get(name)
        if blocked:
            raise Refusal(f"{name} is blocked: {blocked.message}", fix=blocked.fix, where=blocked.where)
        known = ", ".join(repository.environments_in_order()) or "none"
        raise Refusal(f"there is no environment {name} (there are: {known})")
    return repository.environments[name].body


def model_of(repository: Repository, name: str) -> Model:
    """The document of a model; Refusal when there is none that its schema holds for."""
    if name not in repository.models:
        raise Refusal(
            f"there is no model {name}", fix="name one as tenant/model: `platform status` lists them"
        )
    return repository.models[name].body
