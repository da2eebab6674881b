"""The interface of a model registry. Each environment has its own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from mlplatform.core.errors import Refusal
from mlplatform.core.payload import PAYLOAD_FOLDER, ArtifactRef
from mlplatform.core.snapshot import tags_digest


class RegistryError(Refusal):
    """The registry could not be read or would not do it; the message names the cause in a sentence."""


@dataclass(frozen=True, slots=True)
class Lineage:
    """Where a version's bytes came from. `data` maps `tenant/dataset` to its digest."""

    run: str | None = None
    commit: str | None = None
    data: Mapping[str, str] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RegisteredVersion:
    """One version of `tenant/model` as a registry holds it. `change` is the commit that brought it here."""

    model: str
    version: str
    ref: ArtifactRef
    lineage: Lineage
    change: str | None = None
    approved_by: tuple[str, ...] = ()

    def tags(self) -> str:
        """A digest over all that the registry says of the version."""
        lineage = self.lineage
        return tags_digest(
            self.version,
            self.ref.digest,
            lineage.run,
            lineage.commit,
            lineage.data,
            lineage.metrics,
            self.change,
            self.approved_by,
        )


@dataclass(frozen=True, slots=True)
class UntrustedVersion:
    """An entry that claims to be a version (`version`, `digest`, as far as it names them) and why it is not trusted."""

    model: str
    version: str
    digest: str
    problem: str


@dataclass(frozen=True, slots=True)
class WrongStage:
    """A version that is in another of the deprecated stages than its aliases say."""

    version: str
    stage: str
    right: str

    def as_json(self) -> dict[str, str]:
        return {"version": self.version, "found": self.stage, "right": self.right}


@dataclass(frozen=True, slots=True)
class RegistryState:
    """Everything one registry holds: versions by model and semver, aliases by model and alias (to semver).

    `notes` say what is there and was ignored, because it cannot be believed. `stage_mismatches` has the models whose
    stages do not follow their aliases, with the first stage that is wrong. `untrusted` has the versions that are
    ignored; `foreign_aliases` what aliases name that this platform did not register, by model and alias.
    """

    versions: Mapping[str, Mapping[str, RegisteredVersion]]
    aliases: Mapping[str, Mapping[str, str]]
    notes: tuple[str, ...] = ()
    stage_mismatches: Mapping[str, WrongStage] = field(default_factory=dict)
    untrusted: tuple[UntrustedVersion, ...] = ()
    foreign_aliases: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def find(self, model: str, version: str) -> RegisteredVersion | None:
        return self.versions.get(model, {}).get(version)

    def by_digest(self, model: str, digest: str) -> RegisteredVersion | None:
        """The version of a model that has this digest."""
        versions = (v for v in self.versions.get(model, {}).values() if v.ref.digest == digest)
        return next(versions, None)


@dataclass(frozen=True, slots=True)
class TrainingRun:
    """A finished training run: what it recorded, and where its payload lies: a folder under a URI.

    `uncommitted` has the files of its code that were not as in the commit, `none`, or nothing where it did not say.
    """

    lineage: Lineage
    payload_uri: str
    payload_folder: str = PAYLOAD_FOLDER
    uncommitted: str = ""


class Registry(Protocol):
    """A model registry. Each call is idempotent and raises RegistryError (`add` ArtifactError too, for bad bytes)."""

    name: str

    def read(self) -> RegistryState:
        """Everything, in a fixed number of calls whatever the size."""
        ...

    def run(self, run_id: str) -> TrainingRun:
        """A finished run by its id."""
        ...

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
        """Copy the bytes of `source` into this registry's own store, verify them, and register the version.

        The version appears only when its bytes are there and verified. The same version with the same digest
        is the one that is there; with another digest it is refused.
        """
        ...

    def repair(self, entry: RegisteredVersion) -> RegisteredVersion:
        """Have a version here as it was registered once, whatever was made of it since.

        Its tags are written again, spoiled or lost bytes are replaced by verified ones from `wanted.ref` (its `uri` is
        empty where nothing else holds them), and whatever else claims to be it says so no longer. Nothing is deleted.
        """
        ...

    def set_aliases(self, model: str, champion: str | None, previous: str | None) -> None:
        """Set the aliases `champion` and `previous` to these semvers (None: no such alias)."""
        ...

    def prepare(self) -> None:
        """Make a local registry's database and folders; nothing where they are there."""
        ...

    def training_environment(self, model: str) -> Mapping[str, str]:
        """The environment variables under which a training script tracks its runs here."""
        ...
