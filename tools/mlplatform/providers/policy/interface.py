"""What a policy engine can do: evaluate one package's decision over one joined input."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from mlplatform.core.errors import Refusal


class PolicyError(Refusal):
    """A policy does not parse, raises, or has no decision; the message names file and cause."""


@dataclass(frozen=True, slots=True)
class Denial:
    """One entry of a decision's `deny` set; `at` points into the document."""

    rule: str
    message: str
    at: tuple[str | int, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """A package's positive answer: which rules it evaluated, and what it denies."""

    evaluated: frozenset[str]
    denials: tuple[Denial, ...]


class PolicyEngine(Protocol):
    """Evaluates packages. Nothing on PATH decides which engine it is."""

    name: str

    def decide(self, package: str, inputs: Sequence[Mapping[str, Any]]) -> Sequence[Decision | PolicyError]:
        """The `decision` of a package (`platform.encryption`) for each input, in order.

        An input whose decision is missing, undefined, malformed or raises gets a PolicyError in its place.
        """
        ...
