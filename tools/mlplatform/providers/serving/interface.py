"""What a serving provider can do. Every call is idempotent and has a deadline."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from mlplatform.core.errors import Refusal
from mlplatform.core.kinds.model import Signature
from mlplatform.core.payload import ArtifactRef


class ServingError(Refusal):
    """The provider could not be reached or would not do it; the message names the cause in a sentence."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a provider can do; what it cannot is refused when the pull request is checked."""

    formats: frozenset[str]
    strategies: frozenset[str]
    experiments: bool = False
    shadows: bool = False
    gpu: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """A version to serve: everything a provider needs to load and probe it."""

    model: str  # tenant/model
    version: str
    ref: ArtifactRef
    format: str
    signature: Signature
    instances: int = 1


@dataclass(frozen=True, slots=True)
class Served:
    """A version that a provider holds, and whether it can answer."""

    model: str
    version: str
    digest: str
    ready: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Observation:
    """What is served now: versions, and per model the weight (0 to 100) of each digest that is routed.

    `trouble` says why the routes in force would not outlive a restart; empty when they would.
    """

    versions: Sequence[Served]
    weights: Mapping[str, Mapping[str, int]]
    trouble: str = ""

    def held(self, model: str) -> tuple[Served, ...]:
        return tuple(served for served in self.versions if served.model == model)

    def find(self, model: str, digest: str) -> Served | None:
        return next((served for served in self.held(model) if served.digest == digest), None)


@dataclass(frozen=True, slots=True)
class Ready:
    """It is done."""


@dataclass(frozen=True, slots=True)
class Pending:
    """It is on its way: ask again."""

    reason: str


class Serving(Protocol):
    """A place where deployments answer requests. Calls raise ServingError."""

    name: str

    def observe(self) -> Observation:
        """What is there now. Raises ServingError when it cannot be known."""
        ...

    def ensure(self, candidate: Candidate) -> Ready | Pending:
        """Have the version loaded, beside whatever is served; its bytes are verified against the digest."""
        ...

    def probe(self, candidate: Candidate) -> None:
        """Ask the loaded version itself: right digest, right names, types and shapes, or ServingError."""
        ...

    def route(self, model: str, weights: Mapping[str, int]) -> Ready | Pending:
        """Send requests for the model to these digests (no digests: to none); Ready once it is in force."""
        ...

    def retire(self, model: str, digest: str) -> Ready | Pending:
        """Unload a version that nothing is routed to, once its last request is answered."""
        ...

    def url(self, model: str) -> str:
        """Where clients send requests for the model."""
        ...
