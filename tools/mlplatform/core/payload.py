"""The identity of a model version: one digest over its payload, the files under `model/` that we write."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

DIGEST = r"sha256:[0-9a-f]{64}"
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
    """Where a payload lies and what it must hash to; never a local path."""

    uri: str
    digest: str


def manifest(entries: Iterable[ManifestEntry]) -> bytes:
    """The sorted lines `path\\0size\\0sha256` that the digest is taken over."""
    lines = (f"{entry.path}\0{entry.size}\0{entry.sha256}\n" for entry in sorted(entries))
    return "".join(lines).encode()


def digest_of(entries: Iterable[ManifestEntry]) -> str:
    """The payload's digest, `sha256:` and 64 hex digits."""
    return digest_of_bytes(manifest(entries))


def digest_of_bytes(data: bytes) -> str:
    """`sha256:` and 64 hex digits over bytes."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def parse_manifest(data: bytes) -> tuple[ManifestEntry, ...]:
    """The entries of a manifest; ValueError when it is not one."""
    found = re.findall(r"([^\0\n]+)\0([0-9]+)\0([0-9a-f]{64})\n", data.decode())
    entries = tuple(ManifestEntry(path, int(size), sha256) for path, size, sha256 in found)
    if not entries or manifest(entries) != data:
        raise ValueError("not a payload manifest")
    return entries


def differences(expected: Iterable[ManifestEntry], actual: Iterable[ManifestEntry]) -> tuple[str, ...]:
    """What is wrong with a payload, a phrase a file: `model.onnx was changed`, `x was added`, `y is missing`."""
    wanted = {entry.path: entry for entry in expected}
    found = {entry.path: entry for entry in actual}
    missing = [f"{path} is missing" for path in wanted.keys() - found.keys()]
    added = [f"{path} was added" for path in found.keys() - wanted.keys()]
    changed = [f"{path} was changed" for path in wanted.keys() & found.keys() if wanted[path] != found[path]]
    return tuple(sorted(missing + added + changed))


def short_digest(digest: str) -> str:
    """The first 12 hex digits, for names that people and Triton see."""
    return digest.removeprefix("sha256:")[:12]
