"""Facts about the versions that a change pins: what history says of them, and whether they ran there before."""

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
    """What history says of each changed deployment's version, by environment and model, as far as it is known.

    `pinnedBefore` is the deployment when its environment pinned this version last, before what it pins now; `first`
    when any environment pinned it first, and `signatureThen` the model's signature then; `last` is what ran last,
    where nothing runs now.
    """
    at = {
        (_key(one), name): place
        for one in deployments
        for name, place in _places(past, base, head, one)
        if place[0]
    }
    said = documents_at(git, at.values())
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for (key, name), place in at.items():
        value = said.get(place)
        if value is not None and name == "signatureThen":
            value = value.get("signature")
        if value is not None:
            found.setdefault(key, {})[name] = value
    return found


def _places(past: History, base: LoadedSource, head: LoadedSource, one: Identity) -> Iterator[tuple[str, At]]:
    path = path_of(Kind.DEPLOYMENT, one.name)
    pins = past.of(*_key(one))
    if path not in base.raws and pins:
        yield "last", (pins[0].commit, path)
    after = head.raws.get(path)
    if after is None:
        return
    wanted = Pin(*_key(one), str(after.data.get("version")), str(after.data.get("digest")), "", -1)
    for pin in pins[1:] if path in base.raws else pins:
        if (pin.version, pin.digest) == (wanted.version, wanted.digest):
            yield "pinnedBefore", (pin.commit, path)
            break
    first = past.first_of(wanted)
    yield "first", (first.commit, path_of(Kind.DEPLOYMENT, f"{first.environment}/{first.model}"))
    yield "signatureThen", (first.commit, path_of(Kind.MODEL, first.model))


def ran_here(
    git: Git, past: History, base: LoadedSource, head: LoadedSource, changed: Iterable[Identity]
) -> PinFacts:
    """`ranHere`, by environment and model, of each changed deployment that pins what its environment pinned before.

    Left out where the base does not share the environment, and where this clone has no copy of the shared ledger.
    """
    wanted = {_key(one): digest for one in changed for digest in _again(past, base, head, one)}
    ledgers = _ledgers(git) if wanted else ()
    if not ledgers:
        return {}
    said = tuple(_statements(ledgers))
    return {
        key: {"ranHere": digest in champions(said, key[0]).get(key[1], ())} for key, digest in wanted.items()
    }


def _ledgers(git: Git) -> tuple[Ledger, ...]:
    return tuple(copy for copy in copies_of_shared(git, REMOTE) if copy.tip())


def _statements(ledgers: Iterable[Ledger]) -> Iterator[Statement]:
    for ledger in ledgers:
        for record in ledger.newest_first():
            yield record.statement


def _again(past: History, base: LoadedSource, head: LoadedSource, one: Identity) -> Iterator[str]:
    """The digest that a deployment of a shared environment pins anew, if it pinned it before."""
    path = path_of(Kind.DEPLOYMENT, one.name)
    before, after = base.raws.get(path), head.raws.get(path)
    if after is None or not _is_shared(base, str(one.environment)):
        return
    version, digest = after.data.get("version"), after.data.get("digest")
    if before is not None and (before.data.get("version"), before.data.get("digest")) == (version, digest):
        return
    if any((pin.version, pin.digest) == (version, digest) for pin in past.of(*_key(one))):
        yield str(digest)


def _is_shared(base: LoadedSource, name: str) -> bool:
    """Whether other machines reach an environment, as the base declares it; one that cannot be read may be."""
    environment = base.raws.get(path_of(Kind.ENVIRONMENT, name))
    try:
        return environment is None or Environment.model_validate(environment.data).is_shared
    except ValidationError:
        return True


def _key(one: Identity) -> tuple[str, str]:
    return str(one.environment), str(one.model)
