"""`platform evidence verify-export`: whether an export is what somebody who is trusted signed."""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from mlplatform.core.errors import Refusal
from mlplatform.core.evidence.keyring import Keyring
from mlplatform.core.evidence.manifest import MANIFEST, SIGNED_MANIFEST, ExportManifest
from mlplatform.core.evidence.trust import TrustRoots
from mlplatform.providers.signing.envelope import unseal
from mlplatform.providers.signing.ssh import SignatureError


@dataclass(frozen=True, slots=True)
class VerifiedExport:
    """What is wrong with an export, one sentence each; `signer` is whose key signed it, and `files` how many it has."""

    problems: tuple[str, ...]
    signer: str
    files: int
    manifest: ExportManifest


def verify_export(folder: Path, trust: TrustRoots) -> VerifiedExport:
    """Hash the files of an export and verify its signature; Refusal where it has no signed manifest."""
    envelope = _read(folder / SIGNED_MANIFEST)
    try:
        sealed = unseal(envelope)
        manifest = ExportManifest.model_validate_json(sealed.payload)
    except SignatureError as why:
        raise Refusal(f"{SIGNED_MANIFEST}: {why.message}", fix="ask for the export again") from None
    except ValidationError:
        raise Refusal(
            f"{SIGNED_MANIFEST} is no manifest of an export", fix="ask for the export again"
        ) from None
    keyring = Keyring.of_roots(trust)
    problems = [refusal] if (refusal := keyring.refusal(sealed.key, manifest.predicate.taken)) else []
    if manifest.predicate.repository != trust.repository:
        problems.append(
            f"it is of {manifest.predicate.repository}, and the trust roots of {trust.repository}"
        )
    if _read(folder / MANIFEST) != sealed.payload:
        problems.append(f"{MANIFEST} is not what was signed")
    problems += _flaws(folder, manifest)
    return VerifiedExport(tuple(problems), keyring.name_of(sealed.key), len(manifest.subject), manifest)


def _flaws(folder: Path, manifest: ExportManifest) -> Iterator[str]:
    listed = {file.name: file.digest.sha256 for file in manifest.subject}
    there = set(_paths(folder)) - {MANIFEST, SIGNED_MANIFEST}
    for name in sorted(listed.keys() | there):
        path = folder / name
        if name not in listed:
            yield f"{name} is not in the manifest"
        elif name not in there or path.is_symlink() or not path.is_file():
            yield f"{name} is missing, or is no file"
        elif _digest(path) != listed[name]:
            yield f"{name} was changed"


def _paths(folder: Path) -> Iterator[str]:
    """Yield the path of whatever is not a folder; a link to a folder is none."""
    for root, folders, files in os.walk(folder):
        links = [name for name in folders if Path(root, name).is_symlink()]
        yield from (str(Path(root, name).relative_to(folder)) for name in (*files, *links))


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as cause:
        raise Refusal(
            f"{path} cannot be read: {cause.strerror}", fix="name the folder of an export"
        ) from None
