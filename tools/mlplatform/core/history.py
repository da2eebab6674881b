"""What environments pinned before: facts of first-parent history, never of what a document says."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby


@dataclass(frozen=True, slots=True)
class Pin:
    """A version that a commit of the base branch pinned in an environment; `age` counts back from the newest pin.

    `until` is by when another commit had ended it (seconds since 1970, by the committers' clocks of that commit and of
    those that stand on it); None: it still holds.
    """

    environment: str
    model: str
    version: str
    digest: str
    commit: str
    age: int = field(default=0, compare=False)
    until: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class History:
    """Every pin by environment and model, newest first; `complete` is False in a shallow clone."""

    commit: str
    pins: Mapping[tuple[str, str], tuple[Pin, ...]]
    complete: bool

    def of(self, environment: str, model: str) -> tuple[Pin, ...]:
        return self.pins.get((environment, model), ())

    def first_of(self, pin: Pin) -> Pin:
        """The oldest pin of the same version and digest of the model, in whichever environment."""
        same = [
            other
            for (_, model), pins in self.pins.items()
            if model == pin.model
            for other in pins
            if (other.version, other.digest) == (pin.version, pin.digest)
        ]
        return max((pin, *same), key=lambda one: one.age)


def described_at(pins: Iterable[Pin], digest: str) -> str | None:
    """The commit whose documents tell what a version is, among all pins of its model: the last that pinned it before
    a newer version came. None: the present documents do, as nobody pins it, or it is the newest and no environment
    took it over from another: what is wrong with it is still put right there.
    """
    found: list[Pin] = []
    seen: set[str] = set()
    for _, together in groupby(sorted(pins, key=lambda pin: -pin.age), key=lambda pin: pin.commit):
        pinned = list(together)
        if found and {pin.digest for pin in pinned} - {*seen, digest}:
            return found[-1].commit
        found += [pin for pin in pinned if pin.digest == digest]
        seen |= {pin.digest for pin in pinned}
    return found[-1].commit if len({pin.environment for pin in found}) > 1 else None
