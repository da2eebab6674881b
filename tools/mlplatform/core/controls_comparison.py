"""What a commit of main declares of its Git host's controls beside what is in force, and what a set-up came to."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from mlplatform.core.control_differences import ControlDifference
from mlplatform.core.controls import Controls
from mlplatform.core.errors import Refusal


@dataclass(frozen=True, slots=True)
class ControlsDeclaration:
    """The controls that a commit of main declares for a repository of the Git host."""

    repository: str
    commit: str
    controls: Controls


@dataclass(frozen=True, slots=True)
class ControlsComparison:
    """What is declared beside what is in force; or `cause`, why that is not known."""

    declared: ControlsDeclaration
    in_force: Controls | None
    differences: tuple[ControlDifference, ...] = ()
    cause: Refusal | None = None

    @property
    def is_clean(self) -> bool:
        return self.in_force is not None and not self.differences


@dataclass(frozen=True, slots=True)
class ControlsSetUp:
    """The differences before and after; `refused` says by control why it could not be made what is declared.

    `remaining` is None where nothing was to be changed.
    """

    declared: ControlsDeclaration
    differences: tuple[ControlDifference, ...]
    remaining: tuple[ControlDifference, ...] | None = None
    refused: Mapping[str, Refusal] = field(default_factory=dict)

    @property
    def is_done(self) -> bool:
        return not (self.differences if self.remaining is None else self.remaining)
