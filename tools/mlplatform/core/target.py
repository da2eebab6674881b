"""The paths of a laptop's target, all under `.platform/`."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class EnvironmentPaths:
    """The files of one local environment, all under `.platform/<env>/`."""

    folder: Path

    @property
    def registry_database(self) -> Path:
        return self.folder / "registry" / "mlflow.db"

    @property
    def artifacts(self) -> Path:
        return self.folder / "registry" / "artifacts"

    @property
    def model_repository(self) -> Path:
        return self.folder / "serving" / "models"

    @property
    def backends(self) -> Path:
        return self.folder / "serving" / "backends"

    @property
    def routes(self) -> Path:
        return self.folder / "serving" / "routes.json"

    @property
    def ports(self) -> Path:
        return self.folder / "ports.json"

    @property
    def processes(self) -> Path:
        return self.folder / "processes"

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    @property
    def lock(self) -> Path:
        return self.folder / "lock"


@dataclass(frozen=True, slots=True)
class LocalTarget:
    """A laptop's target: the `.platform/` folder of a repository."""

    root: Path

    @property
    def folder(self) -> Path:
        return self.root / ".platform"

    @property
    def identity_file(self) -> Path:
        return self.folder / "target"

    @property
    def outbox(self) -> Path:
        return self.folder / "outbox"

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    def environment(self, name: str) -> EnvironmentPaths:
        return EnvironmentPaths(self.folder / name)
