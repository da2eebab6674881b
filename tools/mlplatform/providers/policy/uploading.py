"""Bringing policies onto an OPA server and taking them away again."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

from mlplatform.providers.policy.client import OpaServer, RegoRefused, ServerLost
from mlplatform.providers.policy.compile import parse
from mlplatform.providers.policy.interface import Flaw, PolicyError
from mlplatform.providers.policy.package_paths import package_for
from mlplatform.providers.policy.session import PREFIX, Session, Upload, marked


def upload(
    server: OpaServer, uploads: Sequence[Upload], nonce: str, *, are_there: bool = False
) -> tuple[Session, tuple[Flaw, ...]]:
    """The session that can be asked now, and what is wrong with the policies that were left out of it.

    `are_there` says that the server was started with these uploads.
    """
    refused: Sequence[tuple[Upload, RegoRefused]] = ()
    if not are_there:
        _make_room(server, {item.package for item in uploads})
        uploads, refused = _compile(server, uploads)
    session = Session(uploads, nonce)
    try:
        server.put(session.id, session.text())
    except RegoRefused as refusal:
        raise PolicyError(f"the OPA server at {server.url} cannot be asked: {refusal}") from None
    return session, tuple(_flaw(item, refusal) for item, refusal in refused)


def remove(server: OpaServer, session: Session) -> None:
    """Takes a session away, unless another one has taken its place; what stays, the next one removes."""
    with suppress(ServerLost):
        if session.id in server.policies():
            _remove(server, [session.id, *reversed(session.ids)])


def prepare(policies: Mapping[str, str], nonce: str) -> tuple[Sequence[Upload], tuple[Flaw, ...]]:
    """Return the uploads for policies by path, and the flaws that are found without a server."""
    _, flaws = parse(policies)
    broken = {flaw.path for flaw in flaws}
    sound = {path: text for path, text in policies.items() if path not in broken}
    return [marked(path, package_for(path), text, nonce) for path, text in sound.items()], flaws


def _make_room(server: OpaServer, packages: set[str]) -> None:
    """Removes what an earlier session left; PolicyError where somebody else's policies are in the way."""
    held = server.policies()
    for id_, package in held.items():
        if not id_.startswith(PREFIX) and any(_overlap(package, ours) for ours in packages):
            raise PolicyError(
                f"the OPA server at {server.url} holds a policy of somebody else, {id_} (package {package}), "
                "that ours would mix with: give the check a server of its own"
            )
    _remove(server, [id_ for id_ in held if id_.startswith(PREFIX)])


def _overlap(package: str, other: str) -> bool:
    return f"{package}.".startswith(f"{other}.") or f"{other}.".startswith(f"{package}.")


def _compile(
    server: OpaServer, uploads: Sequence[Upload]
) -> tuple[tuple[Upload, ...], tuple[tuple[Upload, RegoRefused], ...]]:
    """Upload, and return what was uploaded and what does not compile."""
    done: list[Upload] = []
    refused: list[tuple[Upload, RegoRefused]] = []
    for item in _in_order(uploads):
        try:
            server.put(item.id, item.text)
            done.append(item)
        except RegoRefused as refusal:
            refused.append((item, refusal))
    return tuple(done), tuple(refused)


def _in_order(uploads: Sequence[Upload]) -> Iterator[Upload]:
    """A policy only compiles after those whose functions it calls: those whose package its text names."""
    waiting = list(uploads)
    while waiting:
        named = [
            item
            for item in waiting
            if any(
                f"data.{other.package}." in item.text for other in waiting if other.package != item.package
            )
        ]
        ready = [item for item in waiting if item not in named]
        yield from ready or waiting
        waiting = named if ready else []


def _remove(server: OpaServer, ids: Sequence[str]) -> None:
    """In rounds as well: what others call can only go after them."""
    waiting = list(ids)
    while waiting:
        for id_ in waiting:
            with suppress(RegoRefused):
                server.remove(id_)
        held = server.policies()
        left = [id_ for id_ in waiting if id_ in held]
        if len(left) == len(waiting):
            raise ServerLost(f"the OPA server at {server.url} does not remove policies")
        waiting = left


def _flaw(item: Upload, refusal: RegoRefused) -> Flaw:
    first = next((fault for fault in refusal.faults if fault.id == item.id), None)
    return (
        Flaw(item.path, first.line, first.column, first.message)
        if first
        else Flaw(item.path, 1, 1, str(refusal))
    )
