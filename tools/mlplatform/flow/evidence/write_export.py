"""Writes an export to a folder, whole or not at all, and signs the hashes of its files."""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from mlplatform.core.errors import Refusal
from mlplatform.core.evidence.manifest import (
    MANIFEST,
    SIGNED_MANIFEST,
    ExportManifest,
    ExportPredicate,
    FileDigest,
    ManifestFile,
)
from mlplatform.flow.evidence.record_changes import change_ledger
from mlplatform.flow.workspace import Workspace
from mlplatform.providers.signing.envelope import seal
from mlplatform.record.export.contents import EvidenceExport

Files = Iterable[tuple[str, bytes]]
_FILE, _FOLDER = 0o644, 0o755


def require_free(out: Path) -> None:
    """Refusal where a folder for an export holds something already, or has no place to lie in."""
    if out.is_symlink() or (out.exists() and (not out.is_dir() or any(out.iterdir()))):
        raise Refusal(
            f"{out} is there already, and is not an empty folder", fix="name another one with --out"
        )
    if not out.absolute().parent.is_dir():
        raise Refusal(f"there is no folder {out.absolute().parent}", fix="make it first")


@contextmanager
def signing_key(workspace: Workspace, key: Path | None) -> Iterator[Path]:
    """Yield the key that signs the export: the one that is named, or else the recorder's."""
    if key is not None:
        if not key.is_file():
            raise Refusal(f"there is no key {key}", fix="name another one with --key")
        yield key
        return
    with ExitStack() as stack:
        try:
            recorders = stack.enter_context(change_ledger(workspace).recorder.key())
        except Refusal:
            raise Refusal(
                "no key is known to sign the export with",
                fix="name an SSH key with --key: an auditor takes their own",
            ) from None
        yield recorders


def write_export(out: Path, export: EvidenceExport, files: Files, key: Path) -> None:
    """Write the files beside `out`, with a signed manifest, and rename the folder at the end."""
    require_free(out)
    target = out.absolute()
    folder = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}-"))
    try:
        subjects = write_files(folder, files)
        manifest = ExportManifest(
            subject=[
                ManifestFile(name=name, digest=FileDigest(sha256=subjects[name])) for name in sorted(subjects)
            ],
            predicate=_predicate(export),
        )
        data = json.dumps(manifest.model_dump(mode="json", by_alias=True), indent=1, sort_keys=True).encode()
        write_files(folder, [(MANIFEST, data + b"\n"), (SIGNED_MANIFEST, seal(data + b"\n", key))])
        folder.chmod(_FOLDER)
        if target.exists():
            target.rmdir()
        folder.rename(target)
    except OSError as cause:
        shutil.rmtree(folder, ignore_errors=True)
        raise Refusal(
            f"{out} cannot be written: {cause.strerror}", fix="name another folder with --out"
        ) from None
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def write_files(folder: Path, files: Files) -> dict[str, str]:
    """Write files below a folder, readable by all whatever the umask is; return their SHA-256 by path."""
    digests: dict[str, str] = {}
    made = {folder}
    for name, data in files:
        path = folder / name
        for parent in reversed(path.relative_to(folder).parents):
            if (place := folder / parent) not in made:
                place.mkdir()
                place.chmod(_FOLDER)
                made.add(place)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _FILE)
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(descriptor, _FILE)
            file.write(data)
        digests[name] = hashlib.sha256(data).hexdigest()
    return digests


def _predicate(export: EvidenceExport) -> ExportPredicate:
    return ExportPredicate.model_validate(
        {
            "repository": export.source.repository,
            "from": export.period.first,
            "to": export.period.last,
            "main": export.source.main,
            "ledger": export.source.ledger,
            "ledgerCommit": export.source.ledger_tip,
            "taken": export.taken,
        }
    )
