"""An index of a ledger: where the newest statement on each topic is, so that few statements have to be read.

It is a cache in the git directory: the image of a small database behind its checksum, replaced as a whole. Whatever is
wrong with it, it is made again from the ledger. It is for commands that only show something: whatever decides or
verifies reads the ledger itself.
"""

import hashlib
import json
import os
import sqlite3
import tempfile
from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import datetime
from math import inf
from pathlib import Path

from mlplatform.core.records.statement import Statement
from mlplatform.core.topics import Topic, topics
from mlplatform.providers.git import Git, GitError
from mlplatform.providers.git.git import PathChange
from mlplatform.record.ledger import Ledger

FORMAT = (
    b"mlplatform ledger index 1\n"  # raise it whenever other topics or columns come of the same statements
)
_SCHEMA = """
create table tip (commit_id text not null);
create table statement (number integer primary key, recorded real, commit_id text, path text, oid text);
create table topic (topic blob, number integer, primary key (topic, number)) without rowid;
"""
_NEWEST = """
select number, commit_id, path, oid from topic join statement using (number)
where topic = ? and recorded <= ? order by number desc limit 1
"""
_BATCH = 1000

# What this process has opened: one command asks often.
_open: dict[tuple[Git, str], sqlite3.Connection] = {}


def newest_on(ledger: Ledger, wanted: Collection[Topic], at: datetime | None = None) -> tuple[Statement, ...]:
    """Return the newest statement of a ledger on each topic, oldest first; Refusal when one cannot be read.

    With `at`, of those that were recorded by then.
    """
    tip = ledger.tip()
    if tip is None:
        return ()
    database, until = _database(ledger, tip), at.timestamp() if at else inf
    rows = {row for topic in wanted for row in database.execute(_NEWEST, (_key(topic), until))}
    files = [PathChange(commit, path, oid, 0) for _, commit, path, oid in sorted(rows)]
    return tuple(record.statement for record in ledger.read(files))


def index_file(git: Git, ref: str) -> Path:
    """Return where the index of a ledger is kept; all working trees of a clone share it."""
    common = git.root / os.fsdecode(git.run("rev-parse", "--git-common-dir").removesuffix(b"\n"))
    return common / "mlplatform" / f"ledger-{hashlib.sha256(ref.encode()).hexdigest()[:16]}.index"


def _database(ledger: Ledger, tip: str) -> sqlite3.Connection:
    """Return the index as of the newest record, and keep it for the next command where it has grown."""
    key = ledger.git, ledger.ref
    database = _open.get(key) or _read(index_file(*key))
    indexed = _tip(database)
    if indexed != tip:
        if indexed and not _goes_on(ledger.git, indexed, tip):
            database, indexed = _new(), None
        _extend(database, ledger, tip, indexed)
        _keep(database, index_file(*key))
    _open[key] = database
    return database


def _goes_on(git: Git, indexed: str, tip: str) -> bool:
    """True when the first parents of the tip lead to what was indexed: else the ledger was cut or rewritten."""
    try:
        newer = git.run("rev-list", "--first-parent", "--parents", tip, f"^{indexed}", "--").decode()
    except GitError:
        return False
    oldest_and_parents = newer.strip().rsplit("\n", 1)[-1].split(" ")
    return oldest_and_parents[1:2] == [indexed]


def _extend(database: sqlite3.Connection, ledger: Ledger, tip: str, indexed: str | None) -> None:
    oldest_first = ledger.files(tip, indexed)[::-1]
    with database:
        (start,) = database.execute("select coalesce(max(number), 0) + 1 from statement").fetchone()
        for at in range(0, len(oldest_first), _BATCH):
            _add(database, ledger, start + at, oldest_first[at : at + _BATCH])
        database.execute("delete from tip")
        database.execute("insert into tip values (?)", (tip,))


def _add(database: sqlite3.Connection, ledger: Ledger, start: int, files: Sequence[PathChange]) -> None:
    for number, (file, record) in enumerate(zip(files, ledger.read(files), strict=True), start=start):
        if decided := topics(record.statement):
            recorded = record.statement.recorded_at.timestamp()
            values = (number, recorded, file.commit, file.path, file.oid)
            database.execute("insert into statement values (?, ?, ?, ?, ?)", values)
            database.executemany(
                "insert into topic values (?, ?)", [(_key(topic), number) for topic in decided]
            )


def _key(topic: Topic) -> bytes:
    return hashlib.blake2b(json.dumps(topic).encode(), digest_size=16).digest()


def _tip(database: sqlite3.Connection) -> str | None:
    row = database.execute("select commit_id from tip").fetchone()
    return str(row[0]) if row else None


def _new() -> sqlite3.Connection:
    database = sqlite3.connect(":memory:")
    database.executescript(_SCHEMA)
    return database


def _read(file: Path) -> sqlite3.Connection:
    """Return the index that was kept, or an empty one when there is none that is whole and of this format."""
    try:
        data = memoryview(file.read_bytes())
    except OSError:
        return _new()
    begin = len(FORMAT) + hashlib.sha256().digest_size
    image = data[begin:]
    if data[:begin] != _head(image):
        return _new()
    database = sqlite3.connect(":memory:")
    database.deserialize(image)
    return database


def _head(image: memoryview | bytes) -> bytes:
    return FORMAT + hashlib.sha256(image).digest()


def _keep(database: sqlite3.Connection, file: Path) -> None:
    """Replace what is kept, unless this clone cannot be written to."""
    image = database.serialize()
    with suppress(OSError):
        file.parent.mkdir(exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=file.parent, prefix=file.name, delete=False) as new:
            try:
                new.write(_head(image))
                new.write(image)
                new.close()
                Path(new.name).replace(file)
            finally:
                Path(new.name).unlink(missing_ok=True)
