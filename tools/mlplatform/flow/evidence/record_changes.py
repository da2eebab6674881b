"""`platform record`: puts what became of each commit of main on the ledger, each once."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from mlplatform.core.check_result import CheckResult
from mlplatform.core.errors import Refusal
from mlplatform.core.kinds.git_host import ApiUrl
from mlplatform.core.naming import Kind, path_of
from mlplatform.core.records.change import ChangePredicate
from mlplatform.core.records.statement import Statement
from mlplatform.flow.evidence.change_record import change_record
from mlplatform.flow.progress import ProgressReporter
from mlplatform.flow.review.git_host import main_commit
from mlplatform.flow.workspace import REMOTE, Workspace
from mlplatform.load.history import document_at
from mlplatform.local.identity import target_id
from mlplatform.providers.git.main_history import MainCommit, main_history
from mlplatform.providers.git.remote import remotes
from mlplatform.providers.signing.timestamp import request_timestamp
from mlplatform.record.ledger import Ledger, local_ledger, shared_ledger

Timestamp = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True)
class RecordedChange:
    """A commit of main with the commit of its record; `record` is None where somebody else was faster."""

    change: ChangePredicate
    record: str | None


@dataclass(frozen=True, slots=True)
class RecordOptions:
    """What to record: `since` is the commit before the first one, where nothing is on record yet.

    `verdicts` are what was just said of some commits, so that they need not be judged again. `key` signs the records on
    the company's ledger; None: the recorder's.
    """

    since: str | None = None
    key: Path | None = None
    verdicts: Mapping[str, CheckResult] = field(default_factory=dict)


def record_changes(
    workspace: Workspace, options: RecordOptions, progress: ProgressReporter
) -> tuple[RecordedChange, ...]:
    """Record the commits of main that are not on the ledger yet, oldest first; return them.

    Where nothing is on record yet, main's newest commit is the first, or what comes after `since`.
    """
    ledger = change_ledger(workspace, options.key)
    ledger.sync()
    recorded: list[RecordedChange] = []
    tip = main_commit(workspace)
    timestamp = _timestamp(workspace, tip)
    for commit in reversed(list(_missing(workspace, ledger, options, tip))):
        change = change_record(workspace, commit, options.verdicts.get(commit.commit))
        progress.on_message(f"recording {commit.commit[:12]}: {commit.title}")
        recorded.append(RecordedChange(change, _append(ledger, change, timestamp)))
    return tuple(recorded)


def change_ledger(workspace: Workspace, key: Path | None = None) -> Ledger:
    """Return the ledger that main's changes are on: the company's, or this clone's own where there is no remote."""
    if REMOTE in remotes(workspace.git):
        return shared_ledger(workspace.git, REMOTE, key)
    return local_ledger(workspace.git, target_id(workspace.target))


def recorded_commits(ledger: Ledger) -> frozenset[str]:
    """Return the commits of main that are on a ledger."""
    predicates = (record.statement.predicate for record in ledger.newest_first())
    return frozenset(each.commit for each in predicates if isinstance(each, ChangePredicate))


def _missing(workspace: Workspace, ledger: Ledger, options: RecordOptions, tip: str) -> Iterator[MainCommit]:
    """Yield the commits of main, newest first, up to the one that was recorded last."""
    there = recorded_commits(ledger)
    if options.since and there:
        raise Refusal(
            "the record has a beginning already, and everything after it belongs to it",
            fix="leave out --since",
        )
    for commit in main_history(workspace.git, tip, options.since):
        if commit.commit in there:
            return
        yield commit
        if not there and options.since is None:
            return


def _append(ledger: Ledger, change: ChangePredicate, timestamp: Timestamp | None) -> str | None:
    return ledger.append_unless(
        Statement.of(change), lambda: change.commit in recorded_commits(ledger), timestamp=timestamp
    )


def _timestamp(workspace: Workspace, commit: str) -> Timestamp | None:
    """Return how to ask the authority that main names; Refusal where what it names is no address."""
    path = path_of(Kind.PLATFORM, "platform")
    named = (document_at(workspace.git, commit, path) or {}).get("timestampServer")
    if named is None:
        return None
    try:
        return partial(request_timestamp, TypeAdapter(ApiUrl).validate_python(named))
    except ValidationError:
        raise Refusal("`timestampServer` is no address", where=path, fix="run `platform check`") from None
