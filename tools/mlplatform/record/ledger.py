"""The append-only ledger: a git ref whose commits hold one statement each; the parent chain is the sequence.

Each statement names the record before it, by its digest, and is signed, in a DSSE envelope. Those of earlier releases
were neither.
"""

import json
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from mlplatform.core.errors import Refusal
from mlplatform.core.garbage_collection import gc_paused
from mlplatform.core.outcome import Result
from mlplatform.core.payload import digest_of_bytes
from mlplatform.core.records.deployment import DeploymentPredicate
from mlplatform.core.records.statement import Statement, UnknownPredicate
from mlplatform.core.records.table import short_name
from mlplatform.providers.git import Git, GitError
from mlplatform.providers.git.compare import is_ancestor
from mlplatform.providers.git.git import PathChange
from mlplatform.providers.git.remote import RemoteRef
from mlplatform.providers.git.write import RECORDER
from mlplatform.providers.signing.envelope import payload_of, seal
from mlplatform.record.recorder import Recorder, local_recorder

ENVELOPE, UNSIGNED, TIMESTAMP = "envelope.json", "statement.json", "timestamp.tsr"
NOBODY = "0" * 40
ATTEMPTS = 30
PAUSE_SECONDS = 0.05


Attached = Mapping[str, str]


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
    recorder: Recorder
    shared: RemoteRef | None = None

    def store_blob(self, data: bytes) -> str:
        """Store a file that a statement is to be `attached` to; return its git id. Nothing refers to it yet."""
        return self._run("hash-object", "-w", "--stdin", stdin=data)

    def append(self, statement: Statement, attached: Attached | None = None) -> str:
        """Append a statement and return its commit. When another run was faster, it is signed again, to follow that.

        `attached` maps file names to ids from `store_blob`: large things that few readers of the ledger need.
        """
        return str(self.append_unless(statement, lambda: False, attached))

    def append_unless(
        self,
        statement: Statement,
        is_there: Callable[[], bool],
        attached: Attached | None = None,
        timestamp: Callable[[bytes], bytes] | None = None,
    ) -> str | None:
        """Append a statement unless `is_there` says that the ledger, as it is just then, has it; None if so.

        `timestamp` gives an authority's answer about the signed envelope, which is kept beside it.
        """
        stamped = _with_id_and_time(statement)
        with self.recorder.key() as key:
            for attempt in range(ATTEMPTS):
                self.sync()
                tip = self.tip()
                if is_there():
                    return None
                envelope = self._sealed(stamped, tip, key)
                files = {**(attached or {}), ENVELOPE: self.store_blob(envelope)}
                if timestamp:
                    files[TIMESTAMP] = self.store_blob(timestamp(envelope))
                commit = self._commit(stamped, tip, files)
                if self._move(commit, tip):
                    return commit
                time.sleep(secrets.randbelow(1000) / 1000 * PAUSE_SECONDS * attempt)
        raise Refusal(f"{self.ref} is being written by too many at once", fix="try again")

    def _sealed(self, statement: Statement, tip: str | None, key: Path) -> bytes:
        text = json.dumps(self._after(statement, tip).as_json(), sort_keys=True, indent=1)
        return seal(text.encode() + b"\n", key)

    def _commit(self, statement: Statement, tip: str | None, files: Attached) -> str:
        listed = "".join(f"100644 blob {blob}\t{name}\n" for name, blob in sorted(files.items()))
        tree = self._run("mktree", stdin=listed.encode())
        parent = ["-p", tip] if tip else []
        return self._run("commit-tree", tree, *parent, "-m", _subject(statement))

    def _after(self, statement: Statement, tip: str | None) -> Statement:
        """Name the record before, so that a signature tells when one was edited, taken out or put elsewhere."""
        if tip is None:
            return statement
        (entry,) = self.git.tree(tip, [ENVELOPE, UNSIGNED]).values()
        previous = digest_of_bytes(self.git.blobs([entry.oid])[entry.oid])
        predicate = statement.predicate
        if isinstance(predicate, UnknownPredicate):
            return statement
        return replace(statement, predicate=replace(predicate, previous=previous))

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
                records = _read[key] = (*self.read(self.files(tip, newest)), *records)
        yield from records

    def recorded_since(self, moment: datetime) -> Iterator[Record]:
        """Yield the records of the last days, newest first, by the recorder's clock, without reading the others."""
        tip = self.tip()
        if tip is not None:
            before = self._run("rev-list", "--max-count=1", f"--before={int(moment.timestamp())}", tip)
            yield from self.read(self.files(tip, before or None))

    def files(self, tip: str, since: str | None = None) -> Sequence[PathChange]:
        """Return the file of each statement up to a commit, newest first; only those that came after `since`."""
        return [change for change in self.git.changes(tip, [ENVELOPE, UNSIGNED], since) if change.oid]

    def read(self, files: Sequence[PathChange]) -> Iterator[Record]:
        """Yield the records in these files; Refusal when one cannot be read."""
        blobs = self.git.blobs(sorted({str(file.oid) for file in files}))
        for file in files:
            yield Record(file.commit, _parse(self.ref, file, blobs[str(file.oid)]))

    def _run(self, *args: str, stdin: bytes = b"") -> str:
        return self.git.run(*args, stdin=stdin, env=RECORDER).decode().strip()


def local_ledger(git: Git, target_id: str) -> Ledger:
    """Return the ledger of a laptop's target, which is never the company's."""
    return Ledger(git, f"refs/platform/{target_id}", local_recorder(git))


def shared_ledger(git: Git, remote: str, key: Path | None = None) -> Ledger:
    """Return the company's ledger: the branch `evidence` of the shared remote, with a copy here.

    `key` signs what is appended; None: the recorder's.
    """
    recorder = Recorder(git, chosen=key)
    return Ledger(git, "refs/platform/evidence", recorder, RemoteRef(git, remote, "refs/heads/evidence"))


def copies_of_shared(git: Git, remote: str) -> tuple[Ledger, ...]:
    """Return this clone's copies of the company's ledger, without asking the remote.

    One is where runs keep it, the other where a plain `git clone` or `git fetch` does. A ledger only grows, so the
    shorter copy is the beginning of the longer one.
    """
    return shared_ledger(git, remote), Ledger(git, f"refs/remotes/{remote}/evidence", Recorder(git))


def _with_id_and_time(statement: Statement) -> Statement:
    """Add an id, so that no two records are equal, and the time (for display: the chain is the order)."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    predicate = statement.predicate
    if isinstance(predicate, UnknownPredicate):
        return statement
    stamps = {"id": predicate.id or secrets.token_hex(8), "recordedAt": predicate.recordedAt or now}
    return replace(statement, predicate=replace(predicate, **stamps))


def _parse(ref: str, change: PathChange, data: bytes) -> Statement:
    try:
        return Statement.from_json(payload_of(data) if change.path == ENVELOPE else data)
    except ValueError as cause:
        raise Refusal(
            f"record {change.commit[:12]} of {ref} cannot be read: {cause}",
            fix=f"see what it holds: git show {change.commit[:12]}:{change.path}",
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
