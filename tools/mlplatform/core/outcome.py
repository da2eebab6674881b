"""Outcomes: what happened to each change of a plan."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from mlplatform.core.plan import Change


class Result(StrEnum):
    """The result of one change."""

    APPLIED = "applied"
    FAILED = "failed"
    NOT_ATTEMPTED = "not-attempted"
    RESTORED = "restored"  # undone, as a later change of the same deployment failed


@dataclass(frozen=True, slots=True)
class Outcome:
    """A change, its result, and the reason when it was not applied."""

    change: Change
    result: Result
    reason: str = ""

    def as_json(self) -> dict[str, Any]:
        outcome: dict[str, Any] = {**self.change.as_json(), "result": self.result.value}
        if self.reason:
            outcome["reason"] = self.reason
        return outcome
