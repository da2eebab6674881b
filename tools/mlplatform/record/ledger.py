"""The append-only ledger: a git ref whose commits hold one statement each; the parent chain is the sequence."""

import json
import secrets
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from mlplatform.core.errors import Refusal
from mlplatform.core.garbage_collection import gc_paused
from mlplatform.core.outcome import Result
from mlplatform.core.records.deployment import DeploymentPredicate
from mlplatform.core.records.statement import Statement, UnknownPredicate
from mlplatform.core.records.table import short_name
from mlplatform.providers.git import Git, GitError
from mlplatform.providers.git.compare import is_ancestor
from mlplatform.providers.git.remote import RemoteRef
from mlplatform.providers.git.write import RECORDER

FILE = "statement.json"
NOBODY = "0" * 40
ATTEMPTS = 30
PAUSE_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Record:
    """A statement with the commit that holds it."""

    commit: str
    statement: Statement


# What this process has read of each ledger: it only grows, and one command asks it often.
_read: dict[tuple[Path, str], tuple[Record, ...]] = {}


@dataclass(frozen=True, slots=True)
class Ledger:
    """One ledger of a repository, by its full ref name here, and its ref on a shared remote, if it has one.

    The remote's is the one that counts: a record is on the ledger once it is there.
    """

    git: Git
    ref: str
    shared: RemoteRef | None = None

    def store_blob(self, data: bytes) -> str:
        """Store a file that a statement is to be `attached` to; return its git id. Nothing refers to it yet."""
        return self._run("hash-object", "-w", "--stdin", stdin=data)

    def append(self, statement: Statement, attached: Mapping[str, str] | None = None) -> str:
        """Append a statement and return its commit. When another run was faster, only this record gets a new parent.

        `attached` maps file names to ids from `store_blob`: large things that few readers of the ledger need.
        """
        text = json.dumps(_with_id_and_time(statement).as_json(), sort_keys=True, indent=1).encode() + b"\n"
        files = {**(attached or {}), FILE: self.store_blob(text)}
        listed = "".join(f"100644 blob {blob}\t{name}\n" for name, blob in files.items())
        tree = self._run("mktree", stdin=listed.encode())
        for attempt in range(ATTEMPTS):
            tip = self._fetched() if self.shared else self.tip()
            parent = ["-p", tip] if tip else []
            commit = self._run("commit-tree", tree, *parent, "-m", _subject(statement))
            if self._move(commit, tip):
                return commit
            time.sleep(secrets.randbelow(1000) / 1000 * PAUSE_SECONDS * attempt)
        raise Refusal(f"{self.ref} is being written by too many at once", fix="try again")

    def sync(self) -> None:
        """Fetch the remote's records; Refusal when it cannot be reached, or lacks records that are here."""
        if self.shared and (remote_tip := self._fetched()) and remote_tip != self.tip():
            self._run("update-ref", self.ref, remote_tip)

    def _fetched(self) -> str | None:
        """Return the newest record of the remote; Refusal when it lacks records that are here."""
        if self.shared is None:
            return None
        local_tip = self.tip()  # before the remote's: another run of this clone may append in between
        remote_tip = self.shared.fetch()
        if local_tip and (remote_tip is None or not is_ancestor(self.git, local_tip, remote_tip)):
            raise Refusal(
                f"{self.shared.ref} of {self.shared.remote} lacks records that are here: it was rewritten",
                fix="find out who did: the record of changes may only grow",
            )
        return remote_tip

    def tip(self) -> str | None:
        """Return the newest record's commit as it is known here, or None for an empty ledger."""
        return self._run("for-each-ref", "--format=%(objectname)", self.ref) or None

    def _move(self, commit: str, tip: str | None) -> bool:
        """True when the record was appended to the tip; False when somebody else's was."""
        if self.shared:
            if not self.shared.move(commit, tip):
                return False
            self._run("update-ref", self.ref, commit)
            return True
        try:
            self._run("update-ref", self.ref, commit, tip or NOBODY)
        except GitError:
            if self.tip() == tip:
                raise
            return False
        return True

    def newest_first(self) -> Iterator[Record]:
        """Yield every record, newest first; Refusal when one cannot be read."""
        tip, key = self.tip(), (self.git.root, self.ref)
        if tip is None:
            return
        records = _read.get(key, ())
        if records and not is_ancestor(self.git, records[0].commit, tip):
            records = ()  # it was rewritten
        newest = records[0].commit if records else None
        if newest != tip:
            with gc_paused():
                records = _read[key] = (*self._records(tip, newest), *records)
        yield from records

    def _records(self, tip: str, since: str | None) -> Iterator[Record]:
        changes = [
            (change.commit, change.oid) for change in self.git.changes(tip, [FILE], since) if change.oid
        ]
        blobs = self.git.blobs(sorted({oid for _, oid in changes}))
        for commit, oid in changes:
            yield Record(commit, _parse(self.ref, commit, blobs[oid]))

    def _run(self, *args: str, stdin: bytes = b"") -> str:
        return self.git.run(*args, stdin=stdin, env=RECORDER).decode().strip()


def local_ledger(git: Git, target_id: str) -> Ledger:
    """Return the ledger of a laptop's target, which is never the company's."""
    return Ledger(git, f"refs/platform/{target_id}")


def shared_ledger(git: Git, remote: str) -> Ledger:
    """Return the company's ledger: the branch `evidence` of the shared remote, with a copy here."""
    return Ledger(git, "refs/platform/evidence", RemoteRef(git, remote, "refs/heads/evidence"))


def copies_of_shared(git: Git, remote: str) -> tuple[Ledger, ...]:
    """Return this clone's copies of the company's ledger, without asking the remote.

    One is where runs keep it, the other where a plain `git clone` or `git fetch` does. A ledger only grows, so the
    shorter copy is the beginning of the longer one.
    """
    return shared_ledger(git, remote), Ledger(git, f"refs/remotes/{remote}/evidence")


def _with_id_and_time(statement: Statement) -> Statement:
    """Add an id, so that no two records are equal, and the time (for display: the chain is the order)."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    predicate = statement.predicate
    if isinstance(predicate, UnknownPredicate):
        return statement
    stamps = {"id": predicate.id or secrets.token_hex(8), "recordedAt": predicate.recordedAt or now}
    return replace(statement, predicate=replace(predicate, **stamps))


def _parse(ref: str, commit: str, data: bytes) -> Statement:
    try:
        return Statement.from_json(data)
    except ValueError as cause:
        raise Refusal(
            f"record {commit[:12]} of {ref} cannot be read: {cause}",
            fix=f"see what it holds: git show {commit[:12]}:{FILE}",
        ) from cause


def _subject(statement: Statement) -> str:
    predicate = statement.predicate
    kind, subjects = short_name(predicate.predicate_type), ", ".join(statement.subjects)
    if not isinstance(predicate, DeploymentPredicate):
        return f"{kind}: {subjects}"
    results = {outcome.result for outcome in predicate.outcomes}
    suffix = ""
    if Result.FAILED in results:
        suffix = " failed"
    elif Result.NOT_ATTEMPTED in results:
        suffix = " interrupted"
    return f"{kind}{suffix}: {subjects or f'{predicate.environment}: nothing to change'}"
