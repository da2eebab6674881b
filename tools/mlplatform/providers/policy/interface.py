"""The interface of a policy engine: it evaluates one package's decision over joined inputs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


class PolicyError(Exception):
    """A package did not answer for an input; the message names the cause, and `fix` says what to do."""

    fix = "have the platform team repair the package; until then the document counts as denied"


@dataclass(frozen=True, slots=True)
class Flaw:
    """A flaw in a policy file, and where (line and column count from 1)."""

    path: str
    line: int
    column: int
    message: str


@dataclass(frozen=True, slots=True)
class Denial:
    """One entry of a decision's `deny` set; `at` points into the document, and `fix` replaces the rule's."""

    rule: str
    message: str
    at: tuple[str | int, ...] = ()
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """A package's positive answer: which rules it evaluated, what it denies, and of a review whose approval counted.

    `approved_by` are logins in lower case, `required` how many approvals a review takes.
    """

    evaluated: frozenset[str]
    denials: tuple[Denial, ...]
    approved_by: frozenset[str] = frozenset()
    required: int = 0


class PolicyEngine(Protocol):
    """Evaluates packages. Nothing on PATH decides which engine it is."""

    name: str

    @property
    def policies(self) -> Mapping[str, str]:
        """The Rego texts by path that it judges with."""
        ...

    @property
    def broken(self) -> Sequence[Flaw]:
        """The files it cannot use, each with its place; they are left out of every evaluation."""
        ...

    def decide(self, package: str, inputs: Sequence[str]) -> Sequence[Decision | PolicyError]:
        """The `decision` of a package (`platform.encryption`) for each input, a JSON text, in order.

        An input whose decision is missing, undefined, malformed or raises gets a PolicyError in its place.
        """
        ...

    def close(self) -> None:
        """Lets go of what the engine holds (`contextlib.closing` does it); it cannot be asked afterwards."""
        ...
