"""The outbox: outcomes on disk as they happen, one journal per apply and one line per outcome."""

import json
import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from mlplatform.core.errors import Refusal
from mlplatform.core.intent import unreported_outcomes
from mlplatform.core.outcome import Outcome, Result
from mlplatform.core.plan import Change, Plan
from mlplatform.core.records.base import extended, parse
from mlplatform.core.records.changes import (
    RecordedChange,
    parse_changes,
    recorded_change,
    recorded_outcome,
)
from mlplatform.core.records.deployment import DeploymentPredicate
from mlplatform.core.records.header import ApplyHeader, RunHeader, apply_header
from mlplatform.core.records.intent import IntentPredicate


class Journal:
    """The journal of one running apply."""

    def __init__(self, path: Path, changes: Sequence[Change] = ()) -> None:
        self.path = path
        self._at = {id(change): at for at, change in enumerate(changes)}

    @staticmethod
    def begin(outbox: Path, plan: Plan, run: RunHeader) -> "Journal":
        """Write down what is about to be done, and by whom."""
        try:
            header = apply_header(run, plan).as_json()
            changes = [recorded_change(change).as_json() for change in plan.changes]
        except ValueError as cause:
            raise Refusal(
                f"the plan for {plan.environment} cannot be recorded, so nothing is done: {cause}",
                fix="look at the plan: platform plan --json",
            ) from cause
        with _writing(outbox):
            outbox.mkdir(parents=True, exist_ok=True)
        journal = Journal(outbox / f"{plan.environment}-{secrets.token_hex(8)}.jsonl", plan.changes)
        journal._append({"plan": header, "changes": changes})
        return journal

    def record_outcome(self, outcome: Outcome) -> None:
        """Write down one outcome; of several for one change the last one counts."""
        at = self._at[id(outcome.change)]
        self._append({"change": at, "result": outcome.result.value, "reason": outcome.reason})

    def deployment(self) -> DeploymentPredicate | None:
        """Return what the journal says was done; None when it is empty. A change without an outcome was interrupted.

        Refusal when the file is not a journal.
        """
        try:
            return self._read()
        except (OSError, ValueError, LookupError, TypeError, AttributeError) as cause:
            raise Refusal(
                f"the journal of an apply cannot be read: {cause}",
                where=str(self.path),
                fix="see what it holds, move it out of .platform/outbox, and run the command again",
            ) from cause

    def intent(self) -> IntentPredicate:
        """Return what the journal says is to be done."""
        header, changes = _begun(next(_whole_lines(self.path.read_text())))
        return extended(IntentPredicate, header, intent=self.path.stem, changes=changes)

    def _read(self) -> DeploymentPredicate | None:
        lines = list(_whole_lines(self.path.read_text()))
        if not lines:
            return None
        header, changes = _begun(lines[0])
        outcomes = unreported_outcomes(changes)
        for report in lines[1:]:
            at = report["change"]
            outcomes[at] = recorded_outcome(changes[at], Result(report["result"]), report["reason"])
        return extended(DeploymentPredicate, replace(header, id=self.path.stem), outcomes=tuple(outcomes))

    def _append(self, line: Mapping[str, Any]) -> None:
        with _writing(self.path), self.path.open("a") as file:
            file.write(json.dumps(line, sort_keys=True) + "\n")
            file.flush()
            os.fsync(file.fileno())


def _begun(line: Mapping[str, Any]) -> tuple[ApplyHeader, tuple[RecordedChange, ...]]:
    return parse(ApplyHeader, line["plan"]), parse_changes(line["changes"])


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    """Refusal when the outbox cannot be written: nothing is done that is not on record."""
    try:
        yield
    except OSError as cause:
        raise Refusal(
            f"the outbox cannot be written: {cause.strerror}",
            where=str(path),
            fix="make room for it, then run the command again: it goes on from what was recorded",
        ) from cause


def _whole_lines(text: str) -> Iterator[dict[str, Any]]:
    """Yield the complete lines: a crash may leave half a line as the last one."""
    for line in text.splitlines(keepends=True):
        if not line.endswith("\n"):
            return
        yield json.loads(line)


def left_behind(outbox: Path, environment: str) -> tuple[Journal, ...]:
    """Return the journals of applies that died before they were on the ledger. The caller holds the lease."""
    start = f"{environment}-"  # the name of another environment may begin so too
    mine = (path for path in outbox.glob(f"{start}*.jsonl") if "-" not in path.name.removeprefix(start))
    return tuple(Journal(path) for path in sorted(mine))
