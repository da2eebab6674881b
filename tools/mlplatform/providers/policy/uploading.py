"""Bringing policies onto an OPA server and taking them away again."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

from mlplatform.providers.policy.client import OpaServer, Refused, ServerLost
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
    refused: Sequence[tuple[Upload, Refused]] = ()
    if not are_there:
        _make_room(server, {one.package for one in uploads})
        uploads, refused = _compile(server, uploads)
    session = Session(uploads, nonce)
    try:
        server.put(session.id, session.text())
    except Refused as refusal:
        raise PolicyError(f"the OPA server at {server.url} cannot be asked: {refusal}") from None
    return session, tuple(_flaw(one, refusal) for one, refusal in refused)


def remove(server: OpaServer, session: Session) -> None:
    """Takes a session away, unless another one has taken its place; what stays, the next one removes."""
    with suppress(ServerLost):
        if session.id in server.policies():
            _remove(server, [session.id, *reversed(session.ids)])


def prepare(policies: Mapping[str, str], nonce: str) -> tuple[Sequence[Upload], tuple[Flaw, ...]]:
    """What to upload of policies by path, and what is wrong with those that no server need be asked about."""
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


def _overlap(one: str, other: str) -> bool:
    return f"{one}.".startswith(f"{other}.") or f"{other}.".startswith(f"{one}.")


def _compile(
    server: OpaServer, uploads: Sequence[Upload]
) -> tuple[tuple[Upload, ...], tuple[tuple[Upload, Refused], ...]]:
    """What was uploaded, and what does not compile."""
    done: list[Upload] = []
    refused: list[tuple[Upload, Refused]] = []
    for one in _in_order(uploads):
        try:
            server.put(one.id, one.text)
            done.append(one)
        except Refused as refusal:
            refused.append((one, refusal))
    return tuple(done), tuple(refused)


def _in_order(uploads: Sequence[Upload]) -> Iterator[Upload]:
    """A policy only compiles after those whose functions it calls: those whose package its text names."""
    waiting = list(uploads)
    while waiting:
        named = [
            one
            for one in waiting
            if any(f"data.{other.package}." in one.text for other in waiting if other.package != one.package)
        ]
        ready = [one for one in waiting if one not in named]
        yield from ready or waiting
        waiting = named if ready else []


def _remove(server: OpaServer, ids: Sequence[str]) -> None:
    """In rounds as well: what others call can only go after them."""
    waiting = list(ids)
    while waiting:
        for id_ in waiting:
            with suppress(Refused):
                server.remove(id_)
        held = server.policies()
        left = [id_ for id_ in waiting if id_ in held]
        if len(left) == len(waiting):
            raise ServerLost(f"the OPA server at {server.url} does not remove policies")
        waiting = left


def _flaw(one: Upload, refusal: Refused) -> Flaw:
    first = next((fault for fault in refusal.faults if fault.id == one.id), None)
    return (
        Flaw(one.path, first.line, first.column, first.message)
        if first
        else Flaw(one.path, 1, 1, str(refusal))
    )
