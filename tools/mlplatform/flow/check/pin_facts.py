"""Facts about the versions that a change pins: their history, and whether they ran in the environment before."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from mlplatform.core.champions import champions
from mlplatform.core.history import History, Pin
from mlplatform.core.kinds import Environment
from mlplatform.core.loaded_source import LoadedSource
from mlplatform.core.naming import Identity, Kind, path_of
from mlplatform.core.statement import Statement
from mlplatform.flow.workspace import REMOTE
from mlplatform.load.history import documents_at
from mlplatform.providers.git import Git
from mlplatform.providers.git.past import At
from mlplatform.record.ledger import Ledger, copies_of_shared

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


def ran_here(
    git: Git, past: History, base: LoadedSource, head: LoadedSource, changed: Iterable[Identity]
) -> PinFacts:
    """Return `ranHere` for each changed deployment that pins again what its environment pinned before.

    The keys are environment and model. Left out where the base does not share the environment, and where this clone has
    no copy of the shared ledger.
    """
    repinned = {
        _key(identity): digest
        for identity in changed
        for digest in _repinned_digest(past, base, head, identity)
    }
    ledgers = _ledgers(git) if repinned else ()
    if not ledgers:
        return {}
    statements = tuple(_statements(ledgers))
    return {
        key: {"ranHere": digest in champions(statements, key[0]).get(key[1], ())}
        for key, digest in repinned.items()
    }


def _ledgers(git: Git) -> tuple[Ledger, ...]:
    return tuple(copy for copy in copies_of_shared(git, REMOTE) if copy.tip())


def _statements(ledgers: Iterable[Ledger]) -> Iterator[Statement]:
    for ledger in ledgers:
        for record in ledger.newest_first():
            yield record.statement


def _repinned_digest(
    past: History, base: LoadedSource, head: LoadedSource, identity: Identity
) -> Iterator[str]:
    """Yield the digest that a deployment of a shared environment pins again after another one."""
    path = path_of(Kind.DEPLOYMENT, identity.name)
    before, after = base.raws.get(path), head.raws.get(path)
    if after is None or not _is_shared(base, str(identity.environment)):
        return
    version, digest = after.data.get("version"), after.data.get("digest")
    if before is not None and (before.data.get("version"), before.data.get("digest")) == (version, digest):
        return
    if any((pin.version, pin.digest) == (version, digest) for pin in past.of(*_key(identity))):
        yield str(digest)


def _is_shared(base: LoadedSource, name: str) -> bool:
    """True when other machines reach an environment, as the base declares it, or when its document is unreadable."""
    environment = base.raws.get(path_of(Kind.ENVIRONMENT, name))
    try:
        return environment is None or Environment.model_validate(environment.data).is_shared
    except ValidationError:
        return True


def _key(identity: Identity) -> tuple[str, str]:
    return str(identity.environment), str(identity.model)
