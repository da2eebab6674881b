"""Verifies that files are the payload that a digest names, wherever they lie."""

import unicodedata
from collections.abc import Sequence

from mlplatform.core.payload import (
    MANIFEST_NAME,
    ArtifactRef,
    ManifestEntry,
    differences,
    digest_of,
    digest_of_bytes,
    parse_manifest,
    short_digest,
)
from mlplatform.providers.artifacts.interface import ArtifactError

LARGEST_MANIFEST = 64 << 20


def is_plain(name: str) -> bool:
    """No control, format (bidi, zero-width), unassigned or undecodable characters, and no line breaks."""
    return not any(unicodedata.category(c)[0] == "C" or unicodedata.category(c) in ("Zl", "Zp") for c in name)


def compare(ref: ArtifactRef, entries: Sequence[ManifestEntry], place: str, manifest: bytes | None) -> None:
    """ArtifactError naming each bad file unless the entries have the digest; the manifest beside them helps to say."""
    actual = digest_of(entries)
    if actual == ref.digest:
        return
    why = _why(ref, entries, manifest)
    raise ArtifactError(
        f"the artifact in {place} is not {short_digest(ref.digest)} but {short_digest(actual)}: {why}",
        fix="put the files back as they were registered, or register them as a new version",
    )


def _why(ref: ArtifactRef, entries: Sequence[ManifestEntry], manifest: bytes | None) -> str:
    """Which files are not what they were, as far as the manifest beside the payload can be trusted to say."""
    if manifest is None:
        return f"no {MANIFEST_NAME} beside it says which file was changed"
    if digest_of_bytes(manifest) != ref.digest:
        return f"the {MANIFEST_NAME} beside it is damaged or of another artifact, so it cannot say which file"
    return ", ".join(differences(parse_manifest(manifest), entries))
