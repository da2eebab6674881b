"""A lease as a ref of the shared remote, moved by compare-and-swap, with a number that grows with each holder.

No clock is compared with another machine's: a holder moves the ref every few seconds, and whoever wants it and sees it
stand still for as long as a lease lives, by its own steady clock, takes it over. So a clock that is set back, or wrong,
neither ends a living holder's lease nor keeps a dead one's.
"""

import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from mlplatform.core.errors import Refusal
from mlplatform.providers.git import Git
from mlplatform.providers.git.remote import RemoteRef

FILE = "lease.json"
REFS = "refs/platform/lease"
LIFE_SECONDS = 30.0
_IDENTITY = {
    f"GIT_{role}_{what}": value
    for role in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "mlplatform"), ("EMAIL", "mlplatform@localhost"))
}


@dataclass(slots=True)
class RemoteLease:
    """A lease that this run holds; `require` makes sure that it still does.

    Nobody takes it over before it stood still for `life_seconds`, so the remote is asked only when the last move, which
    began at `_moved`, is older than half of that; and while it cannot be asked the lease is ours for nine tenths of it.
    """

    ref: RemoteRef
    holder: str
    fence: int
    life_seconds: float
    _tip: str
    _moved: float
    _lost: str = ""
    _moving: threading.Lock = field(default_factory=threading.Lock)
    _released: threading.Event = field(default_factory=threading.Event)

    def require(self) -> None:
        """Refusal when another run has taken the lease since, or the remote does not say who holds it."""
        with self._moving:
            if not self._lost and _now() - self._moved > self.life_seconds / 2 and not self._is_ours():
                self._lost = "another run has taken it over"
            if self._lost:
                raise Refusal(
                    f"the lease {_name(self.ref)} is no longer this run's: {self._lost}",
                    fix="nothing more was changed; the other run goes on from here",
                )

    def _is_ours(self) -> bool:
        try:
            return self.ref.tip() == self._tip
        except Refusal:
            if _now() - self._moved < 0.9 * self.life_seconds:
                return True
            raise

    def keep(self) -> None:
        """Move the ref again and again until released: that is how others see that the holder lives."""
        while not self._released.wait(self.life_seconds / 3):
            with self._moving:
                if self._lost or self._released.is_set():
                    return
                self._renew("held")

    def release(self) -> None:
        """Let others have it at once; a lease that was lost is left alone."""
        self._released.set()
        with self._moving:
            if not self._lost:
                self._renew("free")

    def _renew(self, state: str) -> None:
        began = _now()
        try:
            new = _commit(self.ref.git, self.holder, self.fence, state)
            if self.ref.move(new, self._tip):
                self._tip, self._moved = new, began
            else:
                self._lost = "another run has taken it over"
        except Refusal as why:  # the next renewal may come through; `require` asks the remote itself
            if state == "free":
                self._lost = str(why)


@contextmanager
def remote_lease(
    git: Git,
    remote: str,
    environment: str,
    holder: str,
    life_seconds: float = LIFE_SECONDS,
    above: int = 0,
    say: Callable[[str], None] = lambda _: None,
) -> Iterator[RemoteLease]:
    """Hold an environment of a shared target while the body runs, under a number that is greater than `above`.

    Refusal when a living run holds it: known by its ref moving on within a lease's life.
    """
    ref = RemoteRef(git, remote, f"{REFS}/{environment}")
    held = _acquire(ref, f"{holder} {secrets.token_hex(4)}", above, life_seconds, say)
    keeper = threading.Thread(target=held.keep, daemon=True)
    keeper.start()
    try:
        yield held
    finally:
        held.release()
        keeper.join()


def is_held_remotely(git: Git, remote: str, environment: str) -> bool:
    """True when a run holds the environment, or held it and died; Refusal when the remote cannot be asked."""
    ref = RemoteRef(git, remote, f"{REFS}/{environment}")
    tip = ref.fetch()
    return tip is not None and _read(ref, tip)["state"] == "held"


def _acquire(
    ref: RemoteRef, holder: str, above: int, life_seconds: float, say: Callable[[str], None]
) -> RemoteLease:
    seen: str | None = None
    since = time.monotonic()
    while True:
        tip = ref.fetch()
        record: Mapping[str, Any] = _read(ref, tip) if tip else {"state": "free", "fence": 0}
        if tip != seen:
            if seen is not None and record["state"] == "held":
                raise _taken(ref, record)
            seen, since = tip, time.monotonic()
            if record["state"] == "held":
                say(
                    f"{_name(ref)} is held by {record.get('holder')}: waiting {life_seconds:g} s for a sign of life"
                )
        if record["state"] == "free" or time.monotonic() - since > life_seconds:
            fence = max(record["fence"], above) + 1
            began, new = _now(), _commit(ref.git, holder, fence, "held")
            if ref.move(new, tip):
                return RemoteLease(ref, holder, fence, life_seconds, new, began)
            raise _taken(ref, _read(ref, ref.fetch() or new))
        time.sleep(life_seconds / 20)


def _now() -> float:
    """Seconds of a clock that nobody sets, and that goes on while the machine sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def _taken(ref: RemoteRef, record: Mapping[str, Any]) -> Refusal:
    return Refusal(
        f"{_name(ref)} is being changed by another run ({record.get('holder', 'unknown')})",
        fix="wait until it has ended, then try again",
    )


def _read(ref: RemoteRef, tip: str) -> Mapping[str, Any]:
    """Return the record of a lease; Refusal when it cannot be read: nobody can tell who holds it."""
    try:
        record = json.loads(ref.git.run("cat-file", "blob", f"{tip}:{FILE}"))
        if record["state"] not in ("free", "held") or not isinstance(record["fence"], int):
            raise ValueError("it is neither free nor held")
    except (Refusal, ValueError, KeyError, TypeError) as why:
        raise Refusal(
            f"the lease {ref.ref} of {ref.remote} cannot be read: {why}",
            fix=f"see that no run is at work, then: git push {ref.remote} :{ref.ref}",
        ) from None
    return dict(record)


def _commit(git: Git, holder: str, fence: int, state: str) -> str:
    """A commit without a parent: each says everything, and a chain of renewals would be kept for ever."""
    record = {"holder": holder, "fence": fence, "state": state, "nonce": secrets.token_hex(8)}
    blob = _run(git, "hash-object", "-w", "--stdin", stdin=json.dumps(record, sort_keys=True).encode())
    tree = _run(git, "mktree", stdin=f"100644 blob {blob}\t{FILE}\n".encode())
    return _run(git, "commit-tree", tree, "-m", f"lease {state} by {holder}")


def _run(git: Git, *args: str, stdin: bytes = b"") -> str:
    return git.run(*args, stdin=stdin, env=_IDENTITY).decode().strip()


def _name(ref: RemoteRef) -> str:
    return ref.ref.rpartition("/")[2]
