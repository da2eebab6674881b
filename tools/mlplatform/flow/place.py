"""Where a command works: the repository and its local target."""

from dataclasses import dataclass
from pathlib import Path

from mlplatform.core.errors import Refusal
from mlplatform.core.kinds import Environment, Model
from mlplatform.core.repository import Repository
from mlplatform.core.target import EnvironmentPaths, LocalTarget
from mlplatform.local.identity import read_target_id
from mlplatform.providers.git import Git
from mlplatform.record.ledger import Ledger, local_ledger


@dataclass(frozen=True, slots=True)
class Place:
    """A repository with its `.platform/` folder."""

    git: Git
    target: LocalTarget

    @staticmethod
    def at(start: Path) -> "Place":
        git = Git.discover(start)
        return Place(git, LocalTarget(git.root))

    def paths(self, environment: str) -> EnvironmentPaths:
        return self.target.environment(environment)

    def target_id(self) -> str:
        """Which target this is; Refusal when nothing was set up here yet."""
        found = read_target_id(self.target)
        if found is None:
            raise Refusal("this repository has no local target yet", fix="run `make up`")
        return found

    def ledger(self) -> Ledger:
        return local_ledger(self.git, self.target_id())


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


def here() -> Place:
    """The place that the current folder lies in."""
    return Place.at(Path.cwd())
