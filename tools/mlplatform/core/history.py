"""What environments pinned before: facts of first-parent history, never of what a document says."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pin:
    """A version that a commit of the base branch pinned in an environment."""

    environment: str
    model: str
    version: str
    digest: str
    commit: str


@dataclass(frozen=True, slots=True)
class History:
    """Every pin by environment and model, newest first; `complete` is False in a shallow clone."""

    commit: str
    pins: Mapping[tuple[str, str], tuple[Pin, ...]]
    complete: bool

    def of(self, environment: str, model: str) -> tuple[Pin, ...]:
        return self.pins.get((environment, model), ())
