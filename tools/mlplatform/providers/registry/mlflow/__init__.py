"""The model registry of one environment in MLflow: a SQLite file opened directly, with an artifact folder beside it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from mlplatform.core.kinds import environment
from mlplatform.core.payload import ArtifactRef
from mlplatform.core.target import EnvironmentPaths
from mlplatform.providers.registry.interface import (
    Lineage,
    RegisteredVersion,
    RegistryState,
    TrainingRun,
)
from mlplatform.providers.registry.mlflow import add, alias_moves, database, repair, runs, state
from mlplatform.providers.registry.mlflow.calls import open_client, registry_calls
from mlplatform.providers.registry.mlflow.lock import exclusive
from mlplatform.providers.registry.mlflow.names import Names
from mlplatform.providers.registry.mlflow.payloads import LocalPayloads

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient


@dataclass(frozen=True)
class MlflowRegistry:
    """A local MLflow registry. Making one touches nothing; MLflow is imported by the first call that needs it."""

    database: Path
    artifacts: Path
    names: Names
    legacy_stages: bool = False
    name = "mlflow"

    @staticmethod
    def at(settings: environment.RegistrySettings, paths: EnvironmentPaths) -> "MlflowRegistry":
        """The registry that an environment's document describes."""
        folder, artifacts = paths.registry_database.absolute(), paths.artifacts.absolute()
        return MlflowRegistry(folder, artifacts, Names(settings.prefix), settings.legacyStages)

    def read(self) -> RegistryState:
        """Every version and alias, by one paged search of each; writes nothing."""
        client = self._client()
        with registry_calls("reading the registry"):
            return state.read(client, self.names, self.legacy_stages)

    def run(self, run_id: str) -> TrainingRun:
        """A finished training run."""
        client = self._client()
        with registry_calls(f"reading run {run_id}"):
            return runs.read(client, run_id)

    def add(
        self,
        model: str,
        version: str,
        source: ArtifactRef,
        lineage: Lineage,
        *,
        change: str | None = None,
        approved_by: tuple[str, ...] = (),
    ) -> RegisteredVersion:
        """Copy, verify and register; ArtifactError when the bytes are not what the digest says."""
        client = self._client()
        entry = RegisteredVersion(model, version, source, lineage, change, approved_by)
        with exclusive(self._lock):
            return add.add(client, self.names, self._payloads, entry)

    def repair(self, entry: RegisteredVersion) -> RegisteredVersion:
        """Have the version as it was registered: its tags, its bytes, and nothing else in its name."""
        client = self._client()
        with exclusive(self._lock):
            return repair.repair_version(client, self.names, self._payloads, entry)

    def set_aliases(self, model: str, champion: str | None, previous: str | None) -> None:
        """Set the alias_moves, and the stages where this registry keeps them; writes only what differs."""
        client = self._client()
        with exclusive(self._lock), registry_calls(f"setting the aliases of {model}"):
            alias_moves.set_aliases(
                client, self.names, model, alias_moves.AliasTargets(champion, previous), self.legacy_stages
            )

    def prepare(self) -> None:
        """Make the database and folders; where they are there, nothing is written."""
        with exclusive(self._lock):
            database.create(self.database, self.artifacts)

    def training_environment(self, model: str) -> Mapping[str, str]:
        """Return the variables that make a training script's `mlflow.set_experiment("tenant/model")` track here."""
        client = self._client()
        with exclusive(self._lock), registry_calls(f"making the experiment {model}"):
            runs.make_experiment(client, model, self.artifacts)
        return runs.script_environment(database.uri_of(self.database), model)

    @property
    def _payloads(self) -> LocalPayloads:
        return LocalPayloads(self.artifacts)

    @property
    def _lock(self) -> Path:
        return self.database.with_name("lock")

    def _client(self) -> "MlflowClient":
        database.assert_usable(self.database)
        return self._opened

    @cached_property
    def _opened(self) -> "MlflowClient":
        return open_client(database.uri_of(self.database))
