"""What a plan is made against where there is only a snapshot."""

from mlplatform.core.payload import ArtifactRef
from mlplatform.core.snapshot import Snapshot
from mlplatform.providers.registry.interface import Lineage, RegisteredVersion, RegistryState
from mlplatform.providers.serving.interface import Observation, Served


def registry_of(snapshot: Snapshot) -> RegistryState:
    """The registry as the snapshot has it: no place of any bytes, and nothing that was measured."""
    versions = {
        model: {
            version: RegisteredVersion(model, version, ArtifactRef("", kept.digest), Lineage())
            for version, kept in held.items()
        }
        for model, held in snapshot.versions.items()
    }
    return RegistryState(versions, snapshot.aliases)


def serving_of(snapshot: Snapshot) -> Observation:
    """The server as the snapshot has it."""
    served = [
        Served(model, ran.version, digest, ran.ready, "", ran.instances, ran.configuration)
        for model, held in snapshot.served.items()
        for digest, ran in held.items()
    ]
    return Observation(served, snapshot.weights)
