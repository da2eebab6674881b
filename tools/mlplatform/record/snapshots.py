"""Snapshots on the ledger, attached to their statements, so that the ledger can be read without them."""

import json

from mlplatform.core.applied import PublishedSnapshot
from mlplatform.core.errors import Refusal
from mlplatform.core.payload import digest_of_bytes
from mlplatform.core.records.snapshot import SnapshotPredicate
from mlplatform.core.records.statement import Statement
from mlplatform.core.snapshot import Snapshot
from mlplatform.providers.git import Git, GitError
from mlplatform.record.ledger import Ledger

NAME = "snapshot.json"


def publish_snapshot(ledger: Ledger, snapshot: Snapshot) -> None:
    """Put a snapshot on the ledger."""
    data = snapshot.as_bytes()
    blob = ledger.store_blob(data)
    predicate = SnapshotPredicate(
        environment=snapshot.environment, commit=snapshot.commit, taken=snapshot.taken, blob=blob
    )
    subjects = {f"{snapshot.environment}/snapshot": digest_of_bytes(data)}
    ledger.append(Statement(subjects, predicate), {NAME: blob})


def read_snapshot(git: Git, published: PublishedSnapshot) -> Snapshot:
    """Return a published snapshot; Refusal when it is missing or its digest differs."""
    try:
        data = git.blobs([published.blob])[published.blob]
        if digest_of_bytes(data) != published.digest:
            raise ValueError("it is not what its statement says")
        return Snapshot.from_json(json.loads(data))
    except (GitError, KeyError, TypeError, ValueError, AttributeError) as cause:
        raise Refusal(
            f"the newest snapshot of {published.environment} cannot be read: {cause}",
            fix="fetch the ledger again; the next apply that changes something takes a new one",
        ) from cause
