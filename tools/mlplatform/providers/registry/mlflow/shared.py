"""The model registry of one environment on an MLflow server that others use too."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from mlplatform.core.kinds import environment
from mlplatform.core.payload import ArtifactRef
from mlplatform.providers.mlflow import MlflowServer
from mlplatform.providers.registry.interface import (
    Lineage,
    RegisteredVersion,
    RegistryState,
    TrainingRun,
)
from mlplatform.providers.registry.mlflow import alias_moves, repair, runs, state
from mlplatform.providers.registry.mlflow.add import make_model, present, tags_of
from mlplatform.providers.registry.mlflow.calls import registry_calls
from mlplatform.providers.registry.mlflow.names import Names
from mlplatform.providers.registry.mlflow.proxied import ProxiedPayloads
from mlplatform.providers.registry.mlflow.recent import Recent
from mlplatform.providers.registry.mlflow.rest import RestClient
from mlplatform.providers.registry.mlflow.state import read_versions


@dataclass(frozen=True, slots=True)
class SharedMlflowRegistry:
    """A registry over HTTP. Nobody can lock it: of two that add the same at once the first one counts."""

    server: MlflowServer
    names: Names
    legacy_stages: bool = False
    _recent: Recent = field(default_factory=Recent, compare=False, repr=False)
    name = "mlflow"

    @staticmethod
    def at(settings: environment.RegistrySettings) -> "SharedMlflowRegistry":
        """The registry that an environment's document describes."""
        server = MlflowServer(settings.uri.rstrip("/"))
        return SharedMlflowRegistry(server, Names(settings.prefix), settings.legacyStages)

    def read(self) -> RegistryState:
        """Every version and alias, by one paged search of each."""
        with registry_calls("reading the registry"):
            return state.read(self._client, self.names, self.legacy_stages)

    def run(self, run_id: str) -> TrainingRun:
        """A finished training run."""
        with registry_calls(f"reading run {run_id}"):
            return runs.read(self._client, run_id)

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
        """Upload, verify and register; ArtifactError when the bytes are not what the digest says."""
        self._recent.forget(model)
        entry = RegisteredVersion(model, version, source, lineage, change, approved_by)
        name, tags = self.names.registered(model), tags_of(entry)
        with registry_calls(f"looking for {model} {version}"):
            if registered := present(self._held(entry), entry):
                return registered
        ref = self._payloads.keep(source, model)
        with registry_calls(f"registering {model} {version}"):
            make_model(self._client, name)
            added = self._client.create_model_version(name, ref.uri, tags)
            return self._first(replace(entry, ref=ref), int(added.version))

    def repair(self, entry: RegisteredVersion) -> RegisteredVersion:
        """Have the version as it was registered: its tags, its bytes, and nothing else in its name."""
        self._recent.forget(entry.model)
        return repair.repair_version(self._client, self.names, self._payloads, entry)

    def set_aliases(self, model: str, champion: str | None, previous: str | None) -> None:
        """Set the aliases, and the stages where this registry keeps them; writes only what differs.

        After a write that failed, both are written again: the server may carry that one out yet, and does so before.
        """
        targets = alias_moves.AliasTargets(champion, previous)
        with registry_calls(f"setting the aliases of {model}"):
            is_doubtful = self._recent.settle(model)
            held, aliases = self._recent.look(self._client, self.names, model)
            if is_doubtful:
                wanted = {state.CHAMPION: champion, state.PREVIOUS: previous}
                aliases = {alias: number for alias, number in aliases.items() if wanted.get(alias) is None}
            try:
                alias_moves.move_aliases(
                    self._client, self.names, model, targets, self.legacy_stages, held, aliases
                )
            except Exception:
                self._recent.doubt(model)
                raise

    def prepare(self) -> None:
        """Nothing is made on a server that others use; RegistryError when it does not answer as a registry."""
        with registry_calls("looking for the registry"):
            self._client.search_registered_models(self.names.filter, 1, ["name ASC"], None)

    def training_environment(self, model: str) -> Mapping[str, str]:
        """Return the variables that make a training script's `mlflow.set_experiment("tenant/model")` track here."""
        with registry_calls(f"making the experiment {model}"):
            runs.make_shared_experiment(self._client, model)
        return runs.script_environment(self.server.url, model)

    def _first(self, added: RegisteredVersion, number: int) -> RegisteredVersion:
        """The version just made, or the one that somebody else made just before: MLflow counts in their order."""
        earlier = [record for record in self._held(added) if record.number < number]
        if earlier:
            self._client.delete_model_version(self.names.registered(added.model), str(number))
        return present(earlier, added) or added

    def _held(self, version: RegisteredVersion) -> list[state.Held]:
        records = read_versions(self._client, self.names, f"name = '{self.names.registered(version.model)}'")
        return [record for record in records if record.semver == version.version]

    @property
    def _payloads(self) -> ProxiedPayloads:
        return ProxiedPayloads(self._client, self.names)

    @property
    def _client(self) -> RestClient:
        return RestClient(self.server)
