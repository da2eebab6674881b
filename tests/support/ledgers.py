"""Ledgers of any statements, written quickly, and the newest on a topic as whoever reads all of them finds it."""

import json
import subprocess
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from mlplatform.core.outcome import Outcome, Result
from mlplatform.core.plan import Action, Change
from mlplatform.core.records.base import parse
from mlplatform.core.records.hold import HoldPredicate
from mlplatform.core.records.snapshot import SnapshotPredicate
from mlplatform.core.records.statement import Statement
from mlplatform.core.topics import Topic, topics
from tests.support.records import apply_record, candidate, copied, registration_record, retry_record
from tests.support.values import COMMIT, digest

ENVIRONMENTS, MODELS, VERSIONS = ("integration", "production"), ("a/x", "a/y"), ("1.0.0", "1.1.0")
TIMES = ("", "soon", "2026-01-01T00:00:00+00:00", "2026-02-01T00:00:00", "2026-03-01T00:00:00+00:00")


def newest_of(
    oldest_first: Iterable[Statement], wanted: Collection[Topic], at: datetime | None = None
) -> tuple[Statement, ...]:
    """The newest statement on each topic, oldest first, of those that were recorded by then."""
    newest: dict[Topic, tuple[int, Statement]] = {}
    for number, statement in enumerate(oldest_first):
        if at is None or statement.recorded_at <= at:
            newest |= dict.fromkeys(topics(statement) & set(wanted), (number, statement))
    return tuple(statement for _, statement in sorted(dict(newest.values()).items()))


def _after(action: Action, version: str) -> dict[str, Any] | None:
    match action:
        case Action.COPY:
            return copied(version)
        case Action.LOAD | Action.PROBE:
            return candidate(version)
        case Action.ROUTE:
            return {"weights": {digest(version): 90, digest("1.0.0"): 10}, "version": version}
        case Action.CHAMPION:
            return {"champion": version, "previous": None, "digest": digest(version)}
    return None


def _outcome(action: Action, model: str, version: str, result: Result, removes: bool) -> Outcome:
    before = {"version": version, "digest": digest(version)} if action is Action.RETIRE else None
    may_be_nothing = action in (Action.ROUTE, Action.CHAMPION)
    after = None if removes and may_be_nothing else _after(action, version)
    return Outcome(Change(action, "any", model, before, after), result, "broke" if result == "failed" else "")


def _apply(environment: str, outcomes: list[Outcome], held: str | None, **keys: Any) -> Statement:
    refused = [{"resource": held, "reason": "", "fix": "", "where": "", "held": True}] if held else []
    return apply_record(environment, outcomes, refused=refused, **keys)


def _hold(environment: str, model: str, version: str, at: str) -> Statement:
    version_of = {"environment": environment, "model": model, "version": version, "digest": digest(version)}
    why = {"documents": "", "reason": "slow", "aliases": {}, "fence": 0, "recordedAt": at}
    return Statement.of(parse(HoldPredicate, {**version_of, **why}))


def _snapshot(environment: str, blob: str) -> Statement:
    taken = {"environment": environment, "commit": COMMIT, "taken": "", "blob": blob}
    return Statement({f"{environment}/snapshot": digest("1.0.0")}, parse(SnapshotPredicate, taken))


_environments, _models, _versions = map(st.sampled_from, (ENVIRONMENTS, MODELS, VERSIONS))
_times = st.sampled_from(TIMES)
_actions = st.sampled_from([action for action in Action if action is not Action.REPAIR])
_outcomes = st.builds(_outcome, _actions, _models, _versions, st.sampled_from(Result), st.booleans())
_applies = st.builds(
    _apply,
    _environments,
    st.lists(_outcomes, max_size=4),
    st.none() | _models,
    late=st.booleans(),
    undoing=st.sampled_from([None, None, "drift"]),
    commit=st.sampled_from(["c" * 40, "d" * 40]),
    recordedAt=_times,
)
_others = st.one_of(
    st.builds(registration_record, _models, _versions, _environments, recordedAt=_times),
    st.builds(retry_record, _models, _versions, _environments, recordedAt=_times),
    st.builds(_hold, _environments, _models, _versions, _times),
    st.builds(_snapshot, _environments, st.sampled_from(["a" * 40, "b" * 40])),
)
ledgers = st.lists(_applies | _others, max_size=12)


def write_ledger(root: Path, ref: str, oldest_first: Sequence[Statement], after: str = "") -> None:
    """Let a ref name these statements, unsigned, after those of a commit; without either it is gone."""
    if not oldest_first:
        command = ["update-ref", ref, after] if after else ["update-ref", "-d", ref]
        subprocess.run(["git", *command], cwd=root, check=True)
        return
    stream = b"".join(_commit(ref, number, each, after) for number, each in enumerate(oldest_first))
    subprocess.run(
        ["git", "fast-import", "--quiet", "--force"],
        cwd=root,
        input=b"reset %s\n" % ref.encode() + stream,
        check=True,
    )


def _commit(ref: str, number: int, statement: Statement, after: str) -> bytes:
    text = json.dumps(statement.as_json()).encode()
    parent = b"from %s\n" % after.encode() if after and number == 0 else b""
    file = b"M 100644 inline statement.json\ndata %d\n%s\n" % (len(text), text)
    head = b"commit %s\ncommitter Ada <ada@example.com> %d +0000\ndata 0\n" % (ref.encode(), number)
    return head + parent + file
