"""The digest of a model version, taken over its payload: the files of its artifact that lie under `model/`."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

DIGEST = r"sha256:[0-9a-f]{64}"
LFS_POINTER = "Git LFS"  # in the place of a digest, where a pointer of Git LFS lies in the place of the data
MANIFEST_NAME = "payload.manifest"
PAYLOAD_FOLDER = "model"


@dataclass(frozen=True, slots=True, order=True)
class ManifestEntry:
    """One payload file: its path under `model/` with forward slashes, size in bytes, sha256 in hex."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class ArtifactRef:
    """The URI of a payload and the digest that it must have; never a local path.

    `folder` is where its files lie below the URI: what a training run logged as a model of MLflow 3 has its own.
    """

    uri: str
    digest: str
    folder: str = PAYLOAD_FOLDER


def manifest(entries: Iterable[ManifestEntry]) -> bytes:
    """Return the sorted lines `path\\0size\\0sha256` over which the digest is taken."""
    lines = (f"{entry.path}\0{entry.size}\0{entry.sha256}\n" for entry in sorted(entries))
    return "".join(lines).encode()


def digest_of(entries: Iterable[ManifestEntry]) -> str:
    """Return the payload's digest, `sha256:` and 64 hex digits."""
    return digest_of_bytes(manifest(entries))


def digest_of_bytes(data: bytes) -> str:
    """Return `sha256:` and 64 hex digits over bytes."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def parse_manifest(data: bytes) -> tuple[ManifestEntry, ...]:
    """Return the entries of a manifest; ValueError when the bytes are not a manifest."""
    lines = re.findall(r"([^\0\n]+)\0([0-9]+)\0([0-9a-f]{64})\n", data.decode())
    entries = tuple(ManifestEntry(path, int(size), sha256) for path, size, sha256 in lines)
    if not entries or manifest(entries) != data:
        raise ValueError("not a payload manifest")
    return entries


def differences(expected: Iterable[ManifestEntry], actual: Iterable[ManifestEntry]) -> tuple[str, ...]:
    """Return the differences of a payload, one phrase for each file: `model.onnx was changed`, `x was added`, …"""
    before = {entry.path: entry for entry in expected}
    after = {entry.path: entry for entry in actual}
    missing = [f"{path} is missing" for path in before.keys() - after.keys()]
    added = [f"{path} was added" for path in after.keys() - before.keys()]
    changed = [f"{path} was changed" for path in before.keys() & after.keys() if before[path] != after[path]]
    return tuple(sorted(missing + added + changed))


def short_digest(digest: str) -> str:
    """Return the first 12 hex digits, for names that people and Triton see."""
    return digest.removeprefix("sha256:")[:12]
