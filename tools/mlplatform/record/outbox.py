"""The outbox: outcomes on disk as they happen, one journal per apply and one line per outcome."""

import json
import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mlplatform.core.errors import Refusal
from mlplatform.core.intent import intent_statement, unreported_outcomes
from mlplatform.core.outcome import Outcome
from mlplatform.core.plan import Change, Plan
from mlplatform.core.statement import Statement, deployment_statement


class Journal:
    """The journal of one running apply."""

    def __init__(self, path: Path, changes: Sequence[Change] = ()) -> None:
        self.path = path
        self._at = {id(change): at for at, change in enumerate(changes)}

    @staticmethod
    def begin(outbox: Path, plan: Plan, header: Mapping[str, Any]) -> "Journal":
        """Write down what is about to be done, and by whom."""
        with _writing(outbox):
            outbox.mkdir(parents=True, exist_ok=True)
        journal = Journal(outbox / f"{plan.environment}-{secrets.token_hex(8)}.jsonl", plan.changes)
        first_line = {**header, **{key: value for key, value in plan.as_json().items() if key != "changes"}}
        journal._append({"plan": first_line, "changes": [change.as_json() for change in plan.changes]})
        return journal

    def record_outcome(self, outcome: Outcome) -> None:
        """Write down one outcome; of several for one change the last one counts."""
        at = self._at[id(outcome.change)]
        self._append({"change": at, "result": outcome.result.value, "reason": outcome.reason})

    def statement(self) -> Statement | None:
        """Return the journal as a statement; None when it is empty. A change without an outcome was interrupted.

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

    def intent(self) -> Statement:
        """Return what the journal says is to be done."""
        begun = next(_whole_lines(self.path.read_text()))
        return intent_statement(self.path.stem, begun["plan"], begun["changes"])

    def _read(self) -> Statement | None:
        lines = list(_whole_lines(self.path.read_text()))
        if not lines:
            return None
        begun, *reports = lines
        Plan.from_json({**begun["plan"], "changes": begun["changes"]})  # or it is no journal
        outcomes = unreported_outcomes(begun["changes"])
        for report in reports:
            outcomes[report["change"]] |= {"result": report["result"], "reason": report["reason"]}
        return deployment_statement({**begun["plan"], "id": self.path.stem}, outcomes)

    def _append(self, line: Mapping[str, Any]) -> None:
        with _writing(self.path), self.path.open("a") as file:
            file.write(json.dumps(line, sort_keys=True) + "\n")
            file.flush()
            os.fsync(file.fileno())


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
