"""The append-only ledger: a git ref whose commits hold one statement each; the parent chain is the sequence."""

import json
import secrets
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from mlplatform.core.errors import Refusal
from mlplatform.core.statement import Statement
from mlplatform.providers.git import Git, GitError
from mlplatform.providers.git.compare import is_ancestor
from mlplatform.providers.git.remote import RemoteRef

FILE = "statement.json"
NOBODY = "0" * 40
ATTEMPTS = 30
PAUSE_SECONDS = 0.05
_IDENTITY = {
    "GIT_AUTHOR_NAME": "mlplatform",
    "GIT_AUTHOR_EMAIL": "mlplatform@localhost",
    "GIT_COMMITTER_NAME": "mlplatform",
    "GIT_COMMITTER_EMAIL": "mlplatform@localhost",
}


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
    """One ledger of a repository, by its full ref name here, and by that of a shared remote, if it has one.

    The remote's is the one that counts: a record is on the ledger once it is there.
    """

    git: Git
    ref: str
    shared: RemoteRef | None = None

    def store_blob(self, data: bytes) -> str:
        """Store what a statement is to be `attached` to; its git id. Nothing refers to it yet."""
        return self._run("hash-object", "-w", "--stdin", stdin=data)

    def append(self, statement: Statement, attached: Mapping[str, str] | None = None) -> str:
        """Append a statement and return its commit. A lost race re-parents this record only.

        `attached` maps file names to what `keep` answered: large things that few readers of the ledger need.
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
        """Have here what the remote has; Refusal when it cannot be asked, or has not what is here: nothing is lost."""
        if self.shared and (there := self._fetched()) and there != self.tip():
            self._run("update-ref", self.ref, there)

    def _fetched(self) -> str | None:
        """The newest record of the remote; Refusal when it has not what is here."""
        if self.shared is None:
            return None
        here = self.tip()  # before the remote's: another run of this clone may append in between
        there = self.shared.fetch()
        if here and (there is None or not is_ancestor(self.git, here, there)):
            raise Refusal(
                f"{self.shared.ref} of {self.shared.remote} lacks records that are here: it was rewritten",
                fix="find out who did: the record of changes may only grow",
            )
        return there

    def tip(self) -> str | None:
        """The newest record's commit as it is known here, or None for an empty ledger."""
        return self._run("for-each-ref", "--format=%(objectname)", self.ref) or None

    def _move(self, commit: str, tip: str | None) -> bool:
        """Whether the record came to follow the tip; False: somebody else's did."""
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
        """Every record, newest first. Refusal when one cannot be read: a gap is no record."""
        tip, at = self.tip(), (self.git.root, self.ref)
        if tip is None:
            return
        known = _read.get(at, ())
        if known and not is_ancestor(self.git, known[0].commit, tip):
            known = ()  # it was rewritten
        since = known[0].commit if known else None
        if since != tip:
            known = _read[at] = (*self._records(tip, since), *known)
        yield from known

    def _records(self, tip: str, since: str | None) -> Iterator[Record]:
        changes = [
            (change.commit, change.oid) for change in self.git.changes(tip, [FILE], since) if change.oid
        ]
        blobs = self.git.blobs(sorted({oid for _, oid in changes}))
        for commit, oid in changes:
            yield Record(commit, _parse(self.ref, commit, blobs[oid]))

    def _run(self, *args: str, stdin: bytes = b"") -> str:
        return self.git.run(*args, stdin=stdin, env=_IDENTITY).decode().strip()


def local_ledger(git: Git, target_id: str) -> Ledger:
    """The ledger of a laptop's target, which is never the company's."""
    return Ledger(git, f"refs/platform/{target_id}")


def shared_ledger(git: Git, remote: str) -> Ledger:
    """The company's ledger: the ref `evidence` of the shared remote, with a copy here."""
    return Ledger(git, "refs/platform/evidence", RemoteRef(git, remote, "refs/heads/evidence"))


def copies_of_shared(git: Git, remote: str) -> tuple[Ledger, ...]:
    """What this clone has of the company's ledger without asking anybody: where runs keep it, and where a plain
    `git clone` or `git fetch` does. A ledger only grows, so each is the beginning of the next newer one."""
    return shared_ledger(git, remote), Ledger(git, f"refs/remotes/{remote}/evidence")


def _with_id_and_time(statement: Statement) -> Statement:
    """With an id, which makes every record another one, and the time (for display: the order is the chain's)."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    stamps = {"id": secrets.token_hex(8), "recordedAt": now}
    return replace(statement, predicate={**stamps, **statement.predicate})


def _parse(ref: str, commit: str, data: bytes) -> Statement:
    try:
        return Statement.from_json(json.loads(data))
    except (KeyError, TypeError, ValueError) as cause:
        raise Refusal(f"record {commit[:12]} of {ref} is not a statement: {cause}") from cause


def _subject(statement: Statement) -> str:
    kind, said = statement.predicate_type.split(":")[-2], statement.predicate
    results = {outcome["result"] for outcome in said.get("outcomes", ())}
    ended = " failed" if "failed" in results else " interrupted" if "not-attempted" in results else ""
    what = ", ".join(statement.subjects) or f"{said.get('environment', '')}: nothing to change"
    return f"{kind}{ended}: {what}"
