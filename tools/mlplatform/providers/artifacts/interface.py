"""The interface of a payload store."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from mlplatform.core.errors import Refusal
from mlplatform.core.payload import PAYLOAD_FOLDER, ArtifactRef, ManifestEntry


class ArtifactError(Refusal):
    """A payload is not there, or not what its digest says; the message names the file."""


class ArtifactStore(Protocol):
    """Where payloads lie: a folder `model/` with the payload beside a `payload.manifest`."""

    def entries(self, uri: str, folder: str = PAYLOAD_FOLDER) -> Sequence[ManifestEntry]:
        """The payload files in a folder under the folder `uri`, hashed now.

        No files, a symlink or a special file is an error.
        """
        ...

    def fetch(self, ref: ArtifactRef, into: Path) -> Sequence[ManifestEntry]:
        """Copy the payload's files below the empty or absent folder `into`, hashing what is copied.

        Raises ArtifactError naming each file that was changed, added or is missing (by the manifest beside
        the payload, itself checked against the digest); then `into` does not exist.
        """
        ...
