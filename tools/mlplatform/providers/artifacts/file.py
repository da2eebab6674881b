"""Payloads in folders of this machine's file systems, by `file:` URI."""

import hashlib
import os
import shutil
import stat
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

from mlplatform.core.payload import (
    MANIFEST_NAME,
    PAYLOAD_FOLDER,
    ArtifactRef,
    Entry,
    differences,
    digest_of,
    digest_of_bytes,
    parse_manifest,
    short,
)
from mlplatform.providers.artifacts.durable import sync_file, sync_folder
from mlplatform.providers.artifacts.interface import ArtifactError

_CHUNK = 1 << 20
_LARGEST_MANIFEST = 64 << 20


class FileStore:
    """Payloads on local disks. Nothing that a path leads out of the folder by (links) is ever followed."""

    def entries(self, uri: str) -> Sequence[Entry]:
        """The payload files under the folder `uri`, hashed now and in the order of their paths."""
        payload = _folder(uri) / PAYLOAD_FOLDER
        with _refusing(payload):
            return tuple(_hash(payload, path) for path in _files(payload))

    def verify(self, ref: ArtifactRef) -> Sequence[Entry]:
        """The payload's entries when they hash to the reference's digest; ArtifactError naming each bad file."""
        entries = self.entries(ref.uri)
        _compare(ref, entries)
        return entries

    def fetch(self, ref: ArtifactRef, into: Path) -> Sequence[Entry]:
        """Copy the payload below the empty or absent folder `into`, on disk when this returns; else gone."""
        payload = _folder(ref.uri) / PAYLOAD_FOLDER
        with _refusing(into):
            into.mkdir(parents=True, exist_ok=True)
            if any(into.iterdir()):
                raise ArtifactError(f"{into} is not empty, so no payload is copied there")
        try:
            with _refusing(into):
                entries = tuple(_copy(payload, path, into) for path in _files(payload))
                _sync_folders(into)
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
    found: list[str] = []
    waiting = [payload]
    while waiting:
        for item in waiting.pop().iterdir():
            name = item.relative_to(payload).as_posix()
            mode = item.lstat().st_mode
            if not _is_plain(item.name):
                raise ArtifactError(f"{payload}: the file name {name!a} holds characters that are not text")
            if stat.S_ISDIR(mode):
                waiting.append(item)
            elif stat.S_ISREG(mode):
                found.append(name)
            else:
                what = "a symbolic link" if stat.S_ISLNK(mode) else "a special file"
                raise ArtifactError(f"{item} is {what}, and a payload holds plain files only")
    if not found:
        raise ArtifactError(f"{payload} holds no files")
    return sorted(found)


def _is_plain(name: str) -> bool:
    """No control, format (bidi, zero-width), unassigned or undecodable characters, and no line breaks."""
    return not any(unicodedata.category(c)[0] == "C" or unicodedata.category(c) in ("Zl", "Zp") for c in name)


def _hash(payload: Path, path: str) -> Entry:
    return _read(payload, path, lambda _chunk: None)


def _copy(payload: Path, path: str, into: Path) -> Entry:
    """Copy one file and say what was written."""
    target = into / path
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("xb") as sink:
        entry = _read(payload, path, sink.write)
        sync_file(sink)
    return entry


def _read(payload: Path, path: str, use: Callable[[bytes], object]) -> Entry:
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
    return Entry(path, size, hashed.hexdigest())


def _sync_folders(top: Path) -> None:
    for folder, _folders, _files in os.walk(top):
        sync_folder(Path(folder))


def _compare(ref: ArtifactRef, entries: Sequence[Entry]) -> None:
    actual = digest_of(entries)
    if actual == ref.digest:
        return
    folder = _folder(ref.uri)
    raise ArtifactError(
        f"the payload in {folder} is not {short(ref.digest)} but {short(actual)}: {_why(ref, entries)}",
        fix="put the files back as they were registered, or register them as a new version",
    )


def _why(ref: ArtifactRef, entries: Sequence[Entry]) -> str:
    """Which files are not what they were, as far as the manifest beside the payload can be trusted to say."""
    manifest = _manifest(_folder(ref.uri) / MANIFEST_NAME)
    if manifest is None:
        return f"no {MANIFEST_NAME} beside it says which file was changed"
    if digest_of_bytes(manifest) != ref.digest:
        return f"the {MANIFEST_NAME} beside it is damaged or another payload's, so it cannot say which file"
    return ", ".join(differences(parse_manifest(manifest), entries))


def _manifest(path: Path) -> bytes | None:
    try:
        found = path.lstat()
        readable = stat.S_ISREG(found.st_mode) and found.st_size <= _LARGEST_MANIFEST
        return path.read_bytes() if readable else None
    except OSError:
        return None
