"""A run's cache of a registry: it reads model by model, until reading all of them at once costs less.

A run that moves a thousand aliases would else ask two things before each. It holds the lease of the environment, so
nobody of ours moves them meanwhile; what other hands do is seen as it was MOST_SECONDS ago at most.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mlplatform.providers.registry.mlflow.names import Names
from mlplatform.providers.registry.mlflow.state import Held, read_aliases, read_versions

if TYPE_CHECKING:
    from mlplatform.providers.registry.mlflow.rest import RestClient

FEW = 10
MOST_SECONDS = 30.0


@dataclass(slots=True)
class Recent:
    """The versions and aliases of models, as they were read last by this run."""

    _looks: int = 0
    _read_at: float = float("-inf")
    _held: dict[str, list[Held]] = field(default_factory=dict)
    _aliases: dict[str, dict[str, int]] = field(default_factory=dict)
    _doubtful: set[str] = field(default_factory=set)

    def look(
        self, client: "RestClient", names: Names, model: str
    ) -> tuple[Sequence[Held], Mapping[str, int]]:
        """A model's versions and aliases; each answer is given once, as what is done next changes it."""
        self._looks += 1
        if self._looks > FEW:
            self._look_at_all(client, names)
        if model in self._aliases:
            return self._held.pop(model, []), self._aliases.pop(model)
        mine = f"name = '{names.registered(model)}'"
        aliases = read_aliases(client, names, mine).get(model, {})
        return read_versions(client, names, mine), aliases

    def doubt(self, model: str) -> None:
        """Remember that a write failed: it may be carried out yet, after whatever is read of the model."""
        self.forget(model)
        self._doubtful.add(model)

    def settle(self, model: str) -> bool:
        """True when a write to the model was in doubt; it no longer is."""
        is_doubtful = model in self._doubtful
        self._doubtful.discard(model)
        return is_doubtful

    def forget(self, model: str) -> None:
        """Forget the entries of a model."""
        self._held.pop(model, None)
        self._aliases.pop(model, None)

    def _look_at_all(self, client: "RestClient", names: Names) -> None:
        if time.monotonic() - self._read_at < MOST_SECONDS:
            return
        self._aliases = read_aliases(client, names, names.filter)
        self._held = {}
        for record in read_versions(client, names, names.filter):
            self._held.setdefault(record.model, []).append(record)
        self._read_at = time.monotonic()
