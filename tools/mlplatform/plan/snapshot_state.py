"""Turns a snapshot into the state that a plan is made against."""

from mlplatform.core.payload import ArtifactRef
from mlplatform.core.snapshot import Snapshot
from mlplatform.providers.registry.interface import Lineage, RegisteredVersion, RegistryState
from mlplatform.providers.serving.interface import Observation, Served


def registry_of(snapshot: Snapshot) -> RegistryState:
    """Return the registry as the snapshot has it: without the location of any artifact and without metrics."""
    versions = {
        model: {
            version: RegisteredVersion(model, version, ArtifactRef("", entry.digest), Lineage())
            for version, entry in entries.items()
        }
        for model, entries in snapshot.versions.items()
    }
    return RegistryState(versions, snapshot.aliases)


def serving_of(snapshot: Snapshot) -> Observation:
    """Return the server as the snapshot has it."""
    served = [
        Served(model, entry.version, digest, entry.ready, "", entry.instances, entry.configuration)
        for model, entries in snapshot.served.items()
        for digest, entry in entries.items()
    ]
    return Observation(served, snapshot.weights)
