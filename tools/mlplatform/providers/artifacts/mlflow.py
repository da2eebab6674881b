"""Payloads behind an MLflow server's artifact proxy, by the http(s): URI of their folder there."""

import hashlib
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote

from mlplatform.core.payload import MANIFEST_NAME, PAYLOAD_FOLDER, ArtifactRef, ManifestEntry
from mlplatform.providers.artifacts.durable import sync_file, sync_tree
from mlplatform.providers.artifacts.interface import ArtifactError
from mlplatform.providers.artifacts.verification import LARGEST_MANIFEST, compare, is_plain
from mlplatform.providers.mlflow import MlflowServer, ServerError
from mlplatform.providers.mlflow.server import ARTIFACTS

_MOST_FILES = 10_000


@dataclass(frozen=True, slots=True)
class Stored:
    """A file below a payload's folder: its path there and the size that the server says it has."""

    path: str
    size: int


class ProxyStore:
    """Payloads that a server keeps. What it says of them is believed only as far as the bytes bear it out."""

    def entries(self, uri: str, folder: str = PAYLOAD_FOLDER) -> Sequence[ManifestEntry]:
        """The payload files in the folder `uri`, downloaded and hashed now, in the order of their paths."""
        with _refusing():
            return tuple(_read(uri, folder, file, lambda _piece: None) for file in _files(uri, folder))

    def fetch(self, ref: ArtifactRef, into: Path) -> Sequence[ManifestEntry]:
        """Copy the payload below the empty or absent folder `into`, on disk when this returns; else gone."""
        with _refusing(into):
            into.mkdir(parents=True, exist_ok=True)
            if any(into.iterdir()):
                raise ArtifactError(f"{into} is not empty, so no artifact is copied there")
        try:
            with _refusing(into):
                entries = tuple(_copy(ref, file, into) for file in _files(ref.uri, ref.folder))
                sync_tree(into)
            self.require(ref, entries)
        except BaseException:
            shutil.rmtree(into, ignore_errors=True)
            raise
        return entries

    def require(self, ref: ArtifactRef, entries: Sequence[ManifestEntry]) -> None:
        """ArtifactError naming each bad file unless the entries are what the reference says."""
        compare(ref, entries, ref.uri, _manifest(ref.uri))


def uri_of(server: MlflowServer, path: str) -> str:
    """The URI of an artifact folder of a server."""
    return f"{server.url}{ARTIFACTS}/{quote(path)}"


def place_of(uri: str) -> tuple[MlflowServer, str]:
    """The inverse of `uri_of`; ArtifactError when it is no such URI."""
    address, marker, path = uri.partition(f"{ARTIFACTS}/")
    path = unquote(path)
    if not marker or not path or any(part in ("", ".", "..") for part in path.split("/")):
        raise ArtifactError(f"{uri} is not a folder behind an MLflow server's artifact proxy")
    return MlflowServer(address), path


@contextmanager
def _refusing(path: Path | None = None) -> Iterator[None]:
    """The server's and the system's failures as ArtifactError."""
    try:
        yield
    except ServerError as error:
        raise ArtifactError(error.message, fix=error.fix) from error
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ArtifactError(f"{error.filename or path}: {reason}") from error


def _files(uri: str, payload: str) -> list[Stored]:
    """The payload's files, sorted; ArtifactError for a name that would not stay below a folder."""
    server, folder = place_of(uri)
    files: list[Stored] = []
    waiting = [""]
    while waiting:
        below = waiting.pop()
        for name, is_folder, size in _listed(server, f"{folder}/{payload}/{below}".rstrip("/")):
            if not is_plain(name) or "/" in name or name in ("", ".", ".."):
                raise ArtifactError(f"{uri}: the file name {name!a} is none that an artifact may have")
            if is_folder:
                waiting.append(f"{below}{name}/")
            else:
                files.append(Stored(f"{below}{name}", size))
            if len(files) + len(waiting) > _MOST_FILES:
                raise ArtifactError(f"{uri} holds more than {_MOST_FILES} files")
    if not files:
        raise ArtifactError(f"{uri}/{payload} holds no files")
    return sorted(files, key=lambda file: file.path)


def _listed(server: MlflowServer, folder: str) -> list[tuple[str, bool, int]]:
    answer = server.files(folder)
    try:
        return [
            (str(f["path"]), f.get("is_dir") is True, int(f.get("file_size", 0)))
            for f in answer.get("files", [])
        ]
    except (KeyError, TypeError, ValueError, AttributeError):
        raise ArtifactError(f"MLflow at {server.url} gave no list of the files in {folder}") from None


def _copy(ref: ArtifactRef, file: Stored, into: Path) -> ManifestEntry:
    target = into / file.path
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("xb") as sink:

        def write(piece: bytes) -> None:
            with _refusing(target):  # a full disk is no fault of the server
                sink.write(piece)

        entry = _read(ref.uri, ref.folder, file, write)
        sync_file(sink)
    return entry


def _read(uri: str, payload: str, file: Stored, use: Callable[[bytes], object]) -> ManifestEntry:
    """Hand a file's bytes on, piece by piece, and hash exactly those."""
    server, folder = place_of(uri)
    hashed, size = hashlib.sha256(), 0

    def keep(piece: bytes) -> None:
        nonlocal size
        use(piece)
        hashed.update(piece)
        size += len(piece)

    server.download(f"{folder}/{payload}/{file.path}", file.size, keep)
    return ManifestEntry(file.path, size, hashed.hexdigest())


def _manifest(uri: str) -> bytes | None:
    server, folder = place_of(uri)
    manifest = bytearray()

    def keep(piece: bytes) -> None:
        manifest.extend(piece)
        if len(manifest) > LARGEST_MANIFEST:
            raise ValueError("too much")

    try:
        server.download(f"{folder}/{MANIFEST_NAME}", 0, keep)
    except ServerError:
        return None
    return bytes(manifest)
