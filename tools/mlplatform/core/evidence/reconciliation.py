"""What became of each change of an environment: it was applied, or there is a reason why not."""

from dataclasses import dataclass
from typing import Literal

Became = Literal["applied", "nothing-to-do", "failed", "refused", "elsewhere", "open"]


@dataclass(frozen=True, slots=True)
class AppliedChange:
    """A commit of main that changed a path of an environment, and what became of it there.

    `record` is the ledger's commit of the apply that answered it, None where it is still `open` or was applied
    `elsewhere`; `reason` says why it was not applied.
    """

    commit: str
    environment: str
    path: str
    became: Became
    record: str | None
    reason: str = ""
