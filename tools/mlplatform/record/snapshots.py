"""Snapshots on the ledger, attached to their statements, so that the ledger can be read without them."""

import json

from mlplatform.core.errors import Refusal
from mlplatform.core.payload import digest_of_bytes
from mlplatform.core.snapshot import Snapshot
from mlplatform.core.statement import Statement, snapshot_statement
from mlplatform.providers.git import Git, GitError
from mlplatform.record.ledger import Ledger

NAME = "snapshot.json"


def publish_snapshot(ledger: Ledger, snapshot: Snapshot) -> None:
    """Put a snapshot on the ledger."""
    data = snapshot.as_bytes()
    blob = ledger.store_blob(data)
    statement = snapshot_statement(
        snapshot.environment, snapshot.commit, snapshot.taken, digest_of_bytes(data), blob
    )
    ledger.append(statement, {NAME: blob})


def read_snapshot(git: Git, statement: Statement) -> Snapshot:
    """Return the snapshot of a statement; Refusal when it is missing or its digest differs."""
    blob, (stated,) = statement.predicate["blob"], statement.subjects.values()
    try:
        data = git.blobs([blob])[blob]
        if digest_of_bytes(data) != stated:
            raise ValueError("it is not what its statement says")
        return Snapshot.from_json(json.loads(data))
    except (GitError, KeyError, TypeError, ValueError, AttributeError) as cause:
        environment = statement.predicate["environment"]
        raise Refusal(
            f"the newest snapshot of {environment} cannot be read: {cause}",
            fix="fetch the ledger again; the next apply that changes something takes a new one",
        ) from cause
