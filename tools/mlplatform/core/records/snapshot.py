"""The record of a snapshot of an environment."""

from typing import ClassVar

from mlplatform.core.records.base import GitCommit, GitObject, Predicate, record_part


@record_part
class SnapshotPredicate(Predicate):
    """A snapshot, which is attached as the git object `blob`; its digest is the subject's."""

    predicate_type: ClassVar[str] = "urn:mlplatform:predicate:snapshot:v1"

    environment: str
    commit: GitCommit
    taken: str
    blob: GitObject
