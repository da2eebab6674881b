"""Facts about the versions that a change pins: their history, and whether they ran in the environment before."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from mlplatform.core.artifact_use import ArtifactUse, revocations
from mlplatform.core.errors import Refusal
from mlplatform.core.history import History, Pin
from mlplatform.core.kinds import Environment
from mlplatform.core.loaded_source import LoadedSource
from mlplatform.core.naming import Identity, Kind, path_of
from mlplatform.core.ran import Ran, RanByEnvironment, ran_in
from mlplatform.core.target import LocalTarget
from mlplatform.flow.ledger_queries import copied_statements
from mlplatform.flow.workspace import Workspace
from mlplatform.load.artifact_uses import artifact_uses
from mlplatform.load.history import documents_at
from mlplatform.providers.git import Git
from mlplatform.providers.git.past import At

PinFacts = Mapping[tuple[str, str], Mapping[str, Any]]


def pin_history(
    git: Git, past: History, base: LoadedSource, head: LoadedSource, deployments: Iterable[Identity]
) -> PinFacts:
    """Return the history of each changed deployment's version, by environment and model, as far as it is known.

    `pinnedBefore`: the deployment when its environment last pinned this version, before the present one. `first`: the
    deployment that pinned it first in any environment, and `signatureThen` the model's signature at that time. `last`:
    the deployment that ran last, where none runs now.
    """
    places = {
        (_key(identity), name): place
        for identity in deployments
        for name, place in _documents_to_read(past, base, head, identity)
        if place[0]
    }
    documents = documents_at(git, places.values())
    facts: dict[tuple[str, str], dict[str, Any]] = {}
    for (key, name), place in places.items():
        value = documents.get(place)
        if value is not None and name == "signatureThen":
            value = value.get("signature")
        if value is not None:
            facts.setdefault(key, {})[name] = value
    return facts


def _documents_to_read(
    past: History, base: LoadedSource, head: LoadedSource, identity: Identity
) -> Iterator[tuple[str, At]]:
    path = path_of(Kind.DEPLOYMENT, identity.name)
    pins = past.of(*_key(identity))
    if path not in base.raws and pins:
        yield "last", (pins[0].commit, path)
    after = head.raws.get(path)
    if after is None:
        return
    pinned = Pin(*_key(identity), str(after.data.get("version")), str(after.data.get("digest")), "", -1)
    for pin in pins[1:] if path in base.raws else pins:
        if (pin.version, pin.digest) == (pinned.version, pinned.digest):
            yield "pinnedBefore", (pin.commit, path)
            break
    first = past.first_of(pinned)
    yield "first", (first.commit, path_of(Kind.DEPLOYMENT, f"{first.environment}/{first.model}"))
    yield "signatureThen", (first.commit, path_of(Kind.MODEL, first.model))


def ran_in_environments(
    git: Git, base: LoadedSource, head: LoadedSource, changed: Iterable[Identity]
) -> RanByEnvironment:
    """Return what ran in the environments of the changed deployments, and in those that they are promoted from.

    Left out is an environment of this machine of which this clone has no record: there the pins in history have to do,
    and an apply on the machine that has the record asks again. Of a shared environment nothing ran that is not on the
    ledger.
    """
    workspace = Workspace(git, LocalTarget(git.root))
    names = {str(identity.environment) for identity in changed}
    documents = {name: _environment(base, head, name) for name in names}
    sources = {document.promotesFrom for document in documents.values() if document and document.promotesFrom}
    documents |= {name: _environment(base, head, name) for name in sources - names}
    ran = {name: _ran(workspace, name, settings) for name, settings in documents.items()}
    return {name: record for name, record in ran.items() if record}


def same_artifact(
    git: Git, past: History, base: LoadedSource, head: LoadedSource, changed: Iterable[Identity]
) -> Mapping[tuple[str, str], tuple[ArtifactUse, ...]]:
    """Return the versions that were pinned with the digest that a deployment newly pins, by environment and model.

    A digest that its model has pinned before was compared with other models then.
    """
    digests = {
        _key(identity): str(digest) for identity in changed if (digest := _new_digest(base, head, identity))
    }
    own = {key: _own_uses(past, base, head, key[1], digest) for key, digest in digests.items()}
    unknown = {digest for key, digest in digests.items() if not own[key]}
    others = artifact_uses(git, past.commit, unknown) if past.complete else ()
    return {
        key: (*own[key], *(use for use in others if use.digest == digest)) for key, digest in digests.items()
    }


def _new_digest(base: LoadedSource, head: LoadedSource, identity: Identity) -> Any:
    path = path_of(Kind.DEPLOYMENT, identity.name)
    before, after = base.raws.get(path), head.raws.get(path)
    new = (after.data.get("version"), after.data.get("digest")) if after else None
    old = (before.data.get("version"), before.data.get("digest")) if before else None
    return new[1] if new and new != old else None


def _own_uses(
    past: History, base: LoadedSource, head: LoadedSource, model: str, digest: str
) -> tuple[ArtifactUse, ...]:
    pins = {
        pin.version
        for (_, name), of_key in past.pins.items()
        if name == model
        for pin in of_key
        if pin.digest == digest
    }
    path = path_of(Kind.MODEL, model)
    revoked = [
        entry for side in (base, head) if (raw := side.raws.get(path)) for entry in revocations(raw.data)
    ]
    return tuple(ArtifactUse(model, version, digest, True, tuple(revoked)) for version in sorted(pins))


def _ran(workspace: Workspace, name: str, settings: Environment | None) -> Ran | None:
    """Return what ran in an environment; None where that is not known and need not be."""
    if settings is None:
        return Ran()  # its document cannot be read
    try:
        ran = ran_in(copied_statements(workspace, settings), name)
    except Refusal:
        if settings.is_shared:
            raise
        return None
    return ran if ran.is_recorded or settings.is_shared else None


def _environment(base: LoadedSource, head: LoadedSource, name: str) -> Environment | None:
    """Return an environment as at the base, or a new one as in the change; None where it cannot be read."""
    path = path_of(Kind.ENVIRONMENT, name)
    raw = base.raws.get(path) or head.raws.get(path)
    try:
        return Environment.model_validate(raw.data) if raw else None
    except ValidationError:
        return None


def _key(identity: Identity) -> tuple[str, str]:
    return str(identity.environment), str(identity.model)
