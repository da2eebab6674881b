"""The interface of every serving provider. Every call is idempotent and has a deadline."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from mlplatform.core.errors import Refusal
from mlplatform.core.kinds.model import Signature, TensorType
from mlplatform.core.payload import ArtifactRef


class ServingError(Refusal):
    """The provider could not be reached or would not do it; the message names the cause in a sentence."""


class SignatureMismatch(ServingError):
    """A version answered otherwise than its signature says, or refused what its signature takes."""


@dataclass(frozen=True, slots=True)
class Array:
    """One tensor with its values: the Open Inference Protocol's type, shape and little-endian bytes."""

    name: str
    type: TensorType
    shape: Sequence[int]
    data: bytes


@dataclass(frozen=True, slots=True)
class Candidate:
    """A version to serve: everything a provider needs to load and probe it.

    `requests` are what to probe it with, each with all inputs; without any the provider makes rows up.
    """

    model: str  # tenant/model
    version: str
    ref: ArtifactRef
    format: str
    signature: Signature
    instances: int = 1
    requests: tuple[Sequence[Array], ...] = ()


@dataclass(frozen=True, slots=True)
class Served:
    """A version that a provider holds, and whether it can answer.

    `instances` is how many it is configured to have (0: unknown); `configuration` a digest of all else it runs with.
    """

    model: str
    version: str
    digest: str
    ready: bool
    reason: str = ""
    instances: int = 0
    configuration: str = ""


@dataclass(frozen=True, slots=True)
class Observation:
    """The versions that are served now, and per model the weight (0 to 100) of each digest that is routed.

    `route_error` says why the routes in force would not outlive a restart; empty when they would. `unmanaged` names
    what is loaded and not ours.
    """

    versions: Sequence[Served]
    weights: Mapping[str, Mapping[str, int]]
    route_error: str = ""
    unmanaged: tuple[str, ...] = ()

    def versions_of(self, model: str) -> tuple[Served, ...]:
        return tuple(served for served in self.versions if served.model == model)

    def find(self, model: str, digest: str) -> Served | None:
        return next((served for served in self.versions_of(model) if served.digest == digest), None)


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
        """Observe the versions and routes of the environment. Raises ServingError when they cannot be known."""
        ...

    def ensure(self, candidate: Candidate) -> Ready | Pending:
        """Have the version loaded, beside whatever is served; its bytes are verified against the digest."""
        ...

    def probe(self, candidate: Candidate) -> None:
        """Ask the loaded version itself: right digest, right names, types and shapes, or ServingError."""
        ...

    def infer(self, candidate: Candidate, inputs: Sequence[Array], seconds: float) -> Mapping[str, Array]:
        """Send rows to the loaded version itself, past any route; its outputs by name, or SignatureMismatch.

        No message quotes what was sent or answered: it may be about people.
        """
        ...

    def route(self, model: str, weights: Mapping[str, int]) -> Ready | Pending:
        """Send requests for the model to these digests (no digests: to none); Ready once it is in force."""
        ...

    def retire(self, model: str, digest: str) -> Ready | Pending:
        """Unload a version that nothing is routed to, once its last request is answered."""
        ...

    def flaws(self) -> Mapping[tuple[str, str], str]:
        """Hash the files of all loaded versions; why which are damaged, by model and digest."""
        ...

    def url(self, model: str) -> str:
        """Where clients send requests for the model."""
        ...
