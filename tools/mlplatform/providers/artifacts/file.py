"""Payloads in folders of this machine's file systems, by `file:` URI."""

import hashlib
import os
import shutil
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

from mlplatform.core.payload import MANIFEST_NAME, PAYLOAD_FOLDER, ArtifactRef, ManifestEntry
from mlplatform.providers.artifacts.durable import sync_file, sync_tree
from mlplatform.providers.artifacts.interface import ArtifactError
from mlplatform.providers.artifacts.verification import LARGEST_MANIFEST, compare, is_plain

_CHUNK = 1 << 20


class FileStore:
    """Payloads on local disks. Nothing that a path leads out of the folder by (links) is ever followed."""

    def entries(self, uri: str, folder: str = PAYLOAD_FOLDER) -> Sequence[ManifestEntry]:
        """The payload files under the folder `uri`, hashed now and in the order of their paths."""
        payload = _folder(uri) / folder
        with _refusing(payload):
            return tuple(_hash(payload, path) for path in _files(payload))

    def verify(self, ref: ArtifactRef) -> Sequence[ManifestEntry]:
        """The payload's entries when they hash to the reference's digest; ArtifactError naming each bad file."""
        entries = self.entries(ref.uri, ref.folder)
        _compare(ref, entries)
        return entries

    def fetch(self, ref: ArtifactRef, into: Path) -> Sequence[ManifestEntry]:
        """Copy the payload below the empty or absent folder `into`, on disk when this returns; else gone."""
        payload = _folder(ref.uri) / ref.folder
        with _refusing(into):
            into.mkdir(parents=True, exist_ok=True)
            if any(into.iterdir()):
                raise ArtifactError(f"{into} is not empty, so no artifact is copied there")
        try:
            with _refusing(into):
                entries = tuple(_copy(payload, path, into) for path in _files(payload))
                sync_tree(into)
            _compare(ref, entries)
        except BaseException:
            shutil.rmtree(into, ignore_errors=True)
            raise
        return entries


def _folder(uri: str) -> Path:
    parts = urlsplit(uri)
    path = Path(unquote(parts.path))
    if parts.scheme != "file" or parts.netloc not in ("", "localhost") or parts.query or parts.fragment:
        raise ArtifactError(f"{uri} is not the file: URI of a folder on this machine")
    if not path.is_absolute() or ".." in path.parts or "\0" in str(path):
        raise ArtifactError(f"{uri} is not an absolute path without ..")
    return path


@contextmanager
def _refusing(path: Path) -> Iterator[None]:
    """The system's errors as ArtifactError; `path` is named for those that say no path, such as a full disk."""
    try:
        yield
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ArtifactError(f"{error.filename or path}: {reason}") from error


def _files(payload: Path) -> list[str]:
    """The paths of the payload's files below its folder, sorted; ArtifactError for what is no plain file."""
    if not stat.S_ISDIR(payload.lstat().st_mode):
        raise ArtifactError(f"{payload} is not a folder")
    names: list[str] = []
    waiting = [payload]
    while waiting:
        for item in waiting.pop().iterdir():
            name = item.relative_to(payload).as_posix()
            mode = item.lstat().st_mode
            if not is_plain(item.name):
                raise ArtifactError(f"{payload}: the file name {name!a} holds characters that are not text")
            if stat.S_ISDIR(mode):
                waiting.append(item)
            elif stat.S_ISREG(mode):
                names.append(name)
            else:
                what = "a symbolic link" if stat.S_ISLNK(mode) else "a special file"
                raise ArtifactError(f"{item} is {what}, and an artifact holds plain files only")
    if not names:
        raise ArtifactError(f"{payload} holds no files")
    return sorted(names)


def _hash(payload: Path, path: str) -> ManifestEntry:
    return _read(payload, path, lambda _chunk: None)


def _copy(payload: Path, path: str, into: Path) -> ManifestEntry:
    """Copy one file and say what was written."""
    target = into / path
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("xb") as sink:
        entry = _read(payload, path, sink.write)
        sync_file(sink)
    return entry


def _read(payload: Path, path: str, use: Callable[[bytes], object]) -> ManifestEntry:
    """Hand a file's bytes on, chunk by chunk, and hash exactly those."""
    hashed, size = hashlib.sha256(), 0
    descriptor = os.open(payload / path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise ArtifactError(f"{payload / path} became a special file while it was read")
        while chunk := file.read(_CHUNK):
            use(chunk)
            hashed.update(chunk)
            size += len(chunk)
    return ManifestEntry(path, size, hashed.hexdigest())


def _compare(ref: ArtifactRef, entries: Sequence[ManifestEntry]) -> None:
    folder = _folder(ref.uri)
    compare(ref, entries, str(folder), _manifest(folder / MANIFEST_NAME))


def _manifest(path: Path) -> bytes | None:
    try:
        status = path.lstat()
        readable = stat.S_ISREG(status.st_mode) and status.st_size <= LARGEST_MANIFEST
        return path.read_bytes() if readable else None
    except OSError:
        return None
