"""What happened to one change."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from mlplatform.core.plan import Change


class Result(StrEnum):
    """How a change ended."""

    APPLIED = "applied"
    FAILED = "failed"
    NOT_ATTEMPTED = "not-attempted"
    RESTORED = "restored"  # done, and put back after a later change of the deployment failed


@dataclass(frozen=True, slots=True)
class Outcome:
    """A change, how it ended, and why when it was not applied."""

    change: Change
    result: Result
    reason: str = ""

    def as_json(self) -> dict[str, Any]:
        said: dict[str, Any] = {**self.change.as_json(), "result": self.result.value}
        if self.reason:
            said["reason"] = self.reason
        return said
