"""Who is told what happens while it happens."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mlplatform.core.outcome import Outcome
from mlplatform.core.plan import Plan


def _nothing(said: Any) -> None:
    pass


@dataclass(frozen=True, slots=True)
class ProgressReporter:
    """Called with what is done beside the plan, with each plan before it is applied, and with each outcome."""

    on_message: Callable[[str], None] = _nothing
    on_plan: Callable[[Plan], None] = _nothing
    on_outcome: Callable[[Outcome], None] = _nothing


SILENT = ProgressReporter()
