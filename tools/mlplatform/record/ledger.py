"""The append-only ledger: a git ref whose commits hold one statement each; the parent chain is the sequence.

Each statement names the record before it, by its digest, and is signed, in a DSSE envelope. Those of earlier releases
were neither.
"""

import json
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from mlplatform.core.errors import Refusal
from mlplatform.core.payload import digest_of_bytes
from mlplatform.core.statement import Statement
from mlplatform.providers.git import Git, GitError
from mlplatform.providers.git.compare import is_ancestor
from mlplatform.providers.git.git import PathChange
from mlplatform.providers.git.remote import RemoteRef
from mlplatform.providers.git.write import RECORDER
from mlplatform.providers.signing.envelope import payload_of, seal
from mlplatform.record.recorder import Recorder, local_recorder

ENVELOPE, UNSIGNED = "envelope.json", "statement.json"
NOBODY = "0" * 40
ATTEMPTS = 30
PAUSE_SECONDS = 0.05


Attached = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Record:
    """A statement with the commit that holds it."""

    commit: str
    statement: Statement

    @property
    def id(self) -> str:
        return str(self.statement.predicate["id"])


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
        self, statement: Statement, is_there: Callable[[], bool], attached: Attached | None = None
    ) -> str | None:
        """Append a statement unless `is_there` says that the ledger, as it is just then, has it; None if so."""
        stamped = _with_id_and_time(statement)
        with self.recorder.key() as key:
            for attempt in range(ATTEMPTS):
                self.sync()
                tip = self.tip()
                if is_there():
                    return None
                commit = self._commit(stamped, tip, key, attached or {})
                if self._move(commit, tip):
                    return commit
                time.sleep(secrets.randbelow(1000) / 1000 * PAUSE_SECONDS * attempt)
        raise Refusal(f"{self.ref} is being written by too many at once", fix="try again")

    def _commit(self, statement: Statement, tip: str | None, key: Path, attached: Attached) -> str:
        text = json.dumps(self._after(statement, tip).as_json(), sort_keys=True, indent=1).encode() + b"\n"
        files = {**attached, ENVELOPE: self.store_blob(seal(text, key))}
        listed = "".join(f"100644 blob {blob}\t{name}\n" for name, blob in files.items())
        tree = self._run("mktree", stdin=listed.encode())
        parent = ["-p", tip] if tip else []
        return self._run("commit-tree", tree, *parent, "-m", _subject(statement))

    def _after(self, statement: Statement, tip: str | None) -> Statement:
        """Name the record before, so that a signature tells when one was edited, taken out or put elsewhere."""
        if tip is None:
            return statement
        (entry,) = self.git.tree(tip, [ENVELOPE, UNSIGNED]).values()
        previous = digest_of_bytes(self.git.blobs([entry.oid])[entry.oid])
        return replace(statement, predicate={**statement.predicate, "previous": previous})

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
            records = _read[key] = (*self._records(tip, newest), *records)
        yield from records

    def _records(self, tip: str, since: str | None) -> Iterator[Record]:
        changes = [change for change in self.git.changes(tip, [ENVELOPE, UNSIGNED], since) if change.oid]
        blobs = self.git.blobs(sorted({change.oid for change in changes if change.oid}))
        for change in changes:
            yield Record(change.commit, _parse(self.ref, change, blobs[str(change.oid)]))

    def _run(self, *args: str, stdin: bytes = b"") -> str:
        return self.git.run(*args, stdin=stdin, env=RECORDER).decode().strip()


def local_ledger(git: Git, target_id: str) -> Ledger:
    """Return the ledger of a laptop's target, which is never the company's."""
    return Ledger(git, f"refs/platform/{target_id}", local_recorder(git))


def shared_ledger(git: Git, remote: str) -> Ledger:
    """Return the company's ledger: the branch `evidence` of the shared remote, with a copy here."""
    return Ledger(git, "refs/platform/evidence", Recorder(git), RemoteRef(git, remote, "refs/heads/evidence"))


def copies_of_shared(git: Git, remote: str) -> tuple[Ledger, ...]:
    """Return this clone's copies of the company's ledger, without asking the remote.

    One is where runs keep it, the other where a plain `git clone` or `git fetch` does. A ledger only grows, so the
    shorter copy is the beginning of the longer one.
    """
    return shared_ledger(git, remote), Ledger(git, f"refs/remotes/{remote}/evidence", Recorder(git))


def _with_id_and_time(statement: Statement) -> Statement:
    """Add an id, so that no two records are equal, and the time (for display: the chain is the order)."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    stamps = {"id": secrets.token_hex(8), "recordedAt": now}
    return replace(statement, predicate={**stamps, **statement.predicate})


def _parse(ref: str, change: PathChange, data: bytes) -> Statement:
    try:
        return Statement.from_json(json.loads(payload_of(data) if change.path == ENVELOPE else data))
    except (KeyError, TypeError, ValueError) as cause:
        raise Refusal(f"record {change.commit[:12]} of {ref} is not a statement: {cause}") from cause


def _subject(statement: Statement) -> str:
    kind, predicate = statement.predicate_type.split(":")[-2], statement.predicate
    results = {outcome["result"] for outcome in predicate.get("outcomes", ())}
    suffix = " failed" if "failed" in results else " interrupted" if "not-attempted" in results else ""
    subjects = ", ".join(statement.subjects) or f"{predicate.get('environment', '')}: nothing to change"
    return f"{kind}{suffix}: {subjects}"
