"""Who is told what happens while it happens."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mlplatform.core.outcome import Outcome
from mlplatform.core.plan import Plan


def _nothing(said: Any) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Listener:
    """Called with what is done beside the plan, with each plan before it is applied, and with each outcome."""

    say: Callable[[str], None] = _nothing
    planned: Callable[[Plan], None] = _nothing
    heard: Callable[[Outcome], None] = _nothing


SILENT = Listener()
