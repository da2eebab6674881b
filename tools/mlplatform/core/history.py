"""The pins of environments, verified from the first-parent history of the base branch, never from a document."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby


@dataclass(frozen=True, slots=True)
class Pin:
    """A version that a commit of the base branch pinned in an environment; `age` counts back from the newest pin.

    `until` is the time by which a later commit had replaced it (seconds since 1970, by the clocks of that commit and of
    its descendants); None while it is pinned. `removed` says that the deployment was removed then, not changed.
    """

    environment: str
    model: str
    version: str
    digest: str
    commit: str
    age: int = field(default=0, compare=False)
    until: int | None = field(default=None, compare=False)
    removed: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class History:
    """All pins by environment and model, newest first; `complete` is False in a shallow clone."""

    commit: str
    pins: Mapping[tuple[str, str], tuple[Pin, ...]]
    complete: bool

    def of(self, environment: str, model: str) -> tuple[Pin, ...]:
        return self.pins.get((environment, model), ())

    def first_of(self, pin: Pin) -> Pin:
        """Return the oldest pin of the same version and digest of the model, in any environment."""
        same = [
            other
            for (_, model), pins in self.pins.items()
            if model == pin.model
            for other in pins
            if (other.version, other.digest) == (pin.version, pin.digest)
        ]
        return max((pin, *same), key=lambda other: other.age)


def described_at(pins: Iterable[Pin], digest: str) -> str | None:
    """Return the commit whose documents describe a version, given all pins of its model.

    That is the last commit that pinned the version before a newer one was pinned. None when the present documents
    describe it: nobody pins it, or it is the newest version and still in its first environment, where its documents may
    still be corrected.
    """
    of_version: list[Pin] = []
    earlier_digests: set[str] = set()
    for _, same_commit in groupby(sorted(pins, key=lambda pin: -pin.age), key=lambda pin: pin.commit):
        pinned = list(same_commit)
        if of_version and {pin.digest for pin in pinned} - {*earlier_digests, digest}:
            return of_version[-1].commit
        of_version += [pin for pin in pinned if pin.digest == digest]
        earlier_digests |= {pin.digest for pin in pinned}
    return of_version[-1].commit if len({pin.environment for pin in of_version}) > 1 else None
