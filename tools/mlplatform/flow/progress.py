"""Reports what a command does while it runs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mlplatform.core.outcome import Outcome
from mlplatform.core.plan import Plan


def _ignore(event: Any) -> None:
    pass


@dataclass(frozen=True, slots=True)
class ProgressReporter:
    """Callbacks: for a message, for each plan before it is applied, and for each outcome."""

    on_message: Callable[[str], None] = _ignore
    on_plan: Callable[[Plan], None] = _ignore
    on_outcome: Callable[[Outcome], None] = _ignore


SILENT = ProgressReporter()
