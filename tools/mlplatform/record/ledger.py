"""The append-only ledger: a git ref whose commits hold one statement each; the parent chain is the sequence."""

import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from mlplatform.core.errors import Refusal
from mlplatform.core.statement import Statement
from mlplatform.providers.git import Git, GitError

FILE = "statement.json"
NOBODY = "0" * 40
ATTEMPTS = 20
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


@dataclass(frozen=True, slots=True)
class Ledger:
    """One ledger of a repository, by its full ref name."""

    git: Git
    ref: str

    def append(self, statement: Statement) -> str:
        """Append a statement and return its commit. A lost race re-parents this record only."""
        text = json.dumps(_stamped(statement).as_json(), sort_keys=True, indent=1).encode() + b"\n"
        blob = self._run("hash-object", "-w", "--stdin", stdin=text)
        tree = self._run("mktree", stdin=f"100644 blob {blob}\t{FILE}\n".encode())
        for _ in range(ATTEMPTS):
            tip = self.tip()
            parent = ["-p", tip] if tip else []
            commit = self._run("commit-tree", tree, *parent, "-m", _subject(statement))
            try:
                self._run("update-ref", self.ref, commit, tip or NOBODY)
            except GitError:
                if self.tip() == tip:
                    raise
            else:
                return commit
        raise Refusal(f"{self.ref} is being written by too many at once", fix="try again")

    def tip(self) -> str | None:
        """The newest record's commit, or None for an empty ledger."""
        return self._run("for-each-ref", "--format=%(objectname)", self.ref) or None

    def newest_first(self) -> Iterator[Record]:
        """Every record, newest first. Refusal when one cannot be read: a gap is no record."""
        if self.tip() is None:
            return
        changes = [(change.commit, change.oid) for change in self.git.changes(self.ref, [FILE]) if change.oid]
        blobs = self.git.blobs(sorted({oid for _, oid in changes}))
        for commit, oid in changes:
            yield Record(commit, _parse(self.ref, commit, blobs[oid]))

    def _run(self, *args: str, stdin: bytes = b"") -> str:
        return self.git.run(*args, stdin=stdin, env=_IDENTITY).decode().strip()


def local_ledger(git: Git, target_id: str) -> Ledger:
    """The ledger of a laptop's target, which is never the company's."""
    return Ledger(git, f"refs/platform/{target_id}")


def _stamped(statement: Statement) -> Statement:
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
    kind = statement.predicate_type.split(":")[-2]
    return f"{kind}: {', '.join(statement.subjects) or 'nothing changed'}"
