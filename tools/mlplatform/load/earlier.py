"""What a version that a change pins was when it was pinned before: read from the commits that did it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from mlplatform.core.history import History, Pin
from mlplatform.core.loaded_source import LoadedSource
from mlplatform.core.naming import Identity, Kind, path_of
from mlplatform.load.history import documents_at
from mlplatform.providers.git import Git
from mlplatform.providers.git.past import At


def earlier(
    git: Git, past: History, base: LoadedSource, head: LoadedSource, deployments: Iterable[Identity]
) -> Mapping[tuple[str, str], Mapping[str, Any]]:
    """By environment and model, those of these facts that there are.

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


def _key(one: Identity) -> tuple[str, str]:
    return str(one.environment), str(one.model)


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
