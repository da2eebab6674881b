"""The folder of one version in Triton's model repository: always whole, its bytes always verified.

    clinic.tumour.0123456789ab/config.pbtxt, served.json, 1/model.py, 1/__pycache__ (a file),
                               1/payload/payload.manifest, 1/payload/model/…

The payload has a folder of its own, so that no payload file can take the place of model.py: nor may that be `1/model`,
whose `__init__.py` Python would run instead.
"""

import json
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import mlplatform
from mlplatform.core.payload import MANIFEST_NAME, PAYLOAD_FOLDER, ArtifactRef, manifest
from mlplatform.core.target import EnvironmentPaths
from mlplatform.providers.artifacts import store_for
from mlplatform.providers.artifacts.file import FileStore
from mlplatform.providers.artifacts.interface import ArtifactError
from mlplatform.providers.serving.interface import Candidate, ServingError
from mlplatform.providers.serving.triton.config import config_text, is_as_written, upstream_name

# Beside this package, not in the repository that is judged: what runs inside Triton comes from the tool.
PROGRAMS = Path(mlplatform.__file__).parents[1] / "serving"


_DESCRIPTION = ("config.pbtxt", "served.json", "1/model.py")
# Triton would load a folder `2` beside `1` and answer with it.
_LAYOUT = {
    "": {"config.pbtxt", "served.json", "1"},
    "1": {"model.py", "__pycache__", "payload"},
    "1/payload": {MANIFEST_NAME, PAYLOAD_FOLDER},
}
# A file where Python looks for a folder of bytecode, which it would run before model.py.
_NO_BYTECODE = "1/__pycache__"


@dataclass(frozen=True, slots=True)
class FolderIdentity:
    """Which version a folder holds."""

    model: str
    version: str
    digest: str
    format: str
    instances: int

    @property
    def upstream(self) -> str:
        return upstream_name(self.model, self.digest)


def identities(paths: EnvironmentPaths) -> Mapping[str, FolderIdentity]:
    """The versions that have a folder, by their Triton name; folders that are not ours are left out."""
    folders = paths.model_repository.iterdir() if paths.model_repository.is_dir() else ()
    identified = ((folder.name, identity(folder)) for folder in folders)
    return {name: entry for name, entry in sorted(identified) if entry and entry.upstream == name}


def identity(folder: Path) -> FolderIdentity | None:
    """The version in a folder's `served.json`; None where it cannot be read."""
    try:
        entry = FolderIdentity(**json.loads((folder / "served.json").read_bytes()))
    except (OSError, ValueError, TypeError):
        return None
    texts = (entry.model, entry.version, entry.digest, entry.format)
    return entry if all(isinstance(text, str) for text in texts) and type(entry.instances) is int else None


def restore(paths: EnvironmentPaths, entry: FolderIdentity) -> str | None:
    """Make a folder fit to be loaded by a Triton that starts, or say why it must be left out."""
    folder = paths.model_repository / entry.upstream
    if not _has_program(entry.format):
        return f"Triton has no program for the format {entry.format} here"
    if reason := _spoiled(folder, entry.digest):
        return reason
    _write_program(folder, entry.format)
    return None


def put(paths: EnvironmentPaths, candidate: Candidate, *, serving: bool) -> Callable[[], None]:
    """Have the candidate's folder there, whole and verified; answers how to undo that.

    Raises ServingError and leaves what was there. `serving`: the version is loaded with another description, which
    the undoing then puts back; otherwise it takes the folder away.
    """
    name = upstream_name(candidate.model, candidate.ref.digest)
    folder = paths.model_repository / name
    if not _has_program(candidate.format):
        raise ServingError(
            f"{candidate.model} is of the format {candidate.format}, which Triton has no program for here"
        )
    described = {path: path.read_bytes() for path in map(folder.joinpath, _DESCRIPTION) if path.exists()}
    if folder.is_dir() and _spoiled(folder, candidate.ref.digest) is None:
        _describe(folder, candidate)
    else:
        _fill(paths, name, candidate)
    if serving:  # Triton loads again only what is newer than what it runs, and that may be nowhere on disk
        (folder / "1" / "model.py").touch()  # where the configuration alone is newer, it takes just that
        (folder / "config.pbtxt").touch()
    return partial(_write_all, described) if serving and described else partial(remove, paths, name)


def _fill(paths: EnvironmentPaths, name: str, candidate: Candidate) -> None:
    """Make the folder aside and move it to its place, so that Triton never sees half of it."""
    new = _scratch(paths) / name
    shutil.rmtree(new, ignore_errors=True)
    payload = new / "1" / "payload"
    payload.mkdir(parents=True)
    try:
        entries = store_for(candidate.ref.uri).fetch(candidate.ref, payload / PAYLOAD_FOLDER)
    except ArtifactError as error:
        raise ServingError(
            f"the bytes of {candidate.model} {candidate.version} cannot be used: {error}"
        ) from None
    _write(payload / MANIFEST_NAME, manifest(entries))
    _describe(new, candidate)
    remove(paths, name)
    paths.model_repository.mkdir(parents=True, exist_ok=True)
    new.rename(paths.model_repository / name)


def remove(paths: EnvironmentPaths, name: str) -> None:
    """Take a folder out of the repository at once, then delete it."""
    old = _scratch(paths) / f"{name}.old"
    shutil.rmtree(old, ignore_errors=True)
    if (paths.model_repository / name).exists():
        (paths.model_repository / name).rename(old)
        shutil.rmtree(old)


def _write_all(files: Mapping[Path, bytes]) -> None:
    for path, content in files.items():
        _write(path, content)


def _describe(folder: Path, candidate: Candidate) -> None:
    entry = FolderIdentity(
        candidate.model, candidate.version, candidate.ref.digest, candidate.format, candidate.instances
    )
    _write_program(folder, candidate.format)
    _write(folder / "config.pbtxt", config_text(candidate).encode())
    _write(folder / "served.json", f"{json.dumps(asdict(entry))}\n".encode())


def _spoiled(folder: Path, digest: str) -> str | None:
    """Why a folder is not what we put there for the digest, or None when it is."""
    for inside, expected in ((folder / place, names) for place, names in _LAYOUT.items()):
        names = {path.name for path in inside.iterdir()} if inside.is_dir() else set()
        if unknown := sorted(name for name in names - expected if not name.endswith(".new")):
            return f"{', '.join(unknown)} was added to {inside.relative_to(folder.parent)}"
    if (folder / _NO_BYTECODE).is_dir():
        return f"bytecode was added to {folder.name}/1"
    try:
        FileStore().verify(ArtifactRef((folder / "1" / "payload").as_uri(), digest))
    except ArtifactError as error:
        return error.message
    return None


def flaw(paths: EnvironmentPaths, entry: FolderIdentity) -> str | None:
    """The first difference between a version's folder and what was put there, or None."""
    folder = paths.model_repository / entry.upstream
    if reason := _spoiled(folder, entry.digest):
        return reason
    try:
        if (folder / "1" / "model.py").read_bytes() != _program(entry.format):
            return "1/model.py was changed"
        if not (folder / _NO_BYTECODE).is_file():
            return f"{_NO_BYTECODE} was removed"
        if not is_as_written((folder / "config.pbtxt").read_text(errors="replace")):
            return "config.pbtxt was changed"
    except OSError as error:
        return f"{error.filename}: {(error.strerror or str(error)).lower()}"
    return None


def _has_program(format_: str) -> bool:
    return (PROGRAMS / format_ / "model.py").is_file()


def _program(format_: str) -> bytes:
    return (PROGRAMS / format_ / "model.py").read_bytes()


def _write_program(folder: Path, format_: str) -> None:
    _write(folder / _NO_BYTECODE, b"")
    _write(folder / "1" / "model.py", _program(format_))


def _write(path: Path, content: bytes) -> None:
    """Write by rename, and only what is different."""
    if path.exists() and path.read_bytes() == content:
        return
    new = path.with_name(f".{path.name}.new")
    with new.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


def _scratch(paths: EnvironmentPaths) -> Path:
    """Beside the model repository, where Triton does not look, and on the same file system."""
    folder = paths.model_repository.parent / "scratch"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
