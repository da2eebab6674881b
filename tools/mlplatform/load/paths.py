"""Decide which files are documents; a file that looks like one and would not be read is a finding."""

from collections.abc import Iterator, Sequence
from difflib import get_close_matches

from mlplatform.core.finding import Finding, error
from mlplatform.core.naming import DOCUMENT_ROOTS, NAME_WORDS, Identity, Kind, parse_path, printable
from mlplatform.core.source import FileType, SourceFile

_FILES = tuple(root for root in DOCUMENT_ROOTS if not root.endswith("/"))
_FOLDERS = tuple(root.rstrip("/") for root in DOCUMENT_ROOTS if root.endswith("/"))
_FIXED = frozenset(
    step for kind in Kind for step in kind.entry.path.split("/") if not step.startswith("{")
)  # what is the same in the path of every document of a kind
_DATA_SUFFIXES = (".yaml", ".yml", ".json")
_PLACES = {
    folder: " or ".join(
        kind.entry.path.replace("{", "<").replace("}", ">")
        for kind in Kind
        if kind.entry.root == f"{folder}/"
    )
    for folder in _FOLDERS
}


def documents(files: Sequence[SourceFile]) -> tuple[dict[str, Identity], list[Finding]]:
    """Return the identity of each document by path, and findings about other files in the folders of documents."""
    identities: dict[str, Identity] = {}
    findings = list(_clashes(files))
    for file in files:
        identity = parse_path(file.path)
        if not _belongs(file.path):
            findings.extend(_astray(file.path))
        elif file.type is not FileType.FILE:
            findings.append(not_plain(file))
        elif identity:
            identities[file.path] = identity
        else:
            findings.append(_unknown(file.path))
    return identities, findings


def not_plain(file: SourceFile) -> Finding:
    """Make the finding for a path that is a symlink, a submodule or a device."""
    path = printable(file.path)
    if file.type is FileType.SYMLINK:
        message = "this is a symbolic link, or is behind one; links are never followed"
        return error("path-symlink", path, message, fix="put the file itself here")
    return error("path-special", path, "this is not a plain file", fix="put a plain file here")


def _belongs(path: str) -> bool:
    return path in _FILES or _folder(path) is not None


def _folder(path: str) -> str | None:
    """Return the folder of documents that a path is in, or is itself."""
    return next((folder for folder in _FOLDERS if path == folder or path.startswith(f"{folder}/")), None)


def _unknown(path: str) -> Finding:
    for better in _better_names(path):
        if parse_path(better):
            return _error(path, "no document is read under this name", f"rename it to {better}")
    if path.endswith(".yaml") and _has_right_depth(path):
        return _error(path, "a name in this path is not allowed", f"a name is {NAME_WORDS}")
    root = _folder(path) or path
    message = f"only documents may be in {root}/, and none is read at this path"
    return _error(path, message, f"documents are {_PLACES.get(root, root)}")


def _better_names(path: str) -> tuple[str, ...]:
    stem, dot, suffix = path.strip().rpartition(".")
    if dot and f".{suffix.casefold()}" not in _DATA_SUFFIXES:
        return ()
    better = f"{stem or path}.yaml"
    return better, better.lower()


def _has_right_depth(path: str) -> bool:
    """True when a document could be at this path if the names in it were allowed."""
    *folders, last = path.split("/")
    names = [part if part in _FIXED else "name" for part in folders]
    return parse_path("/".join((*names, last if last in _FIXED else "name.yaml"))) is not None


def _astray(path: str) -> Iterator[Finding]:
    """Yield a finding for a file just outside the folders of documents, which readers could take for a document."""
    root, slash, rest = path.partition("/")
    if root.casefold() in (*_FILES, *_FOLDERS):
        yield _error(
            path, "no document is read under this name", f"rename it to {root.casefold()}{slash}{rest}"
        )
    elif (
        not slash
        and (file := f"{root.rpartition('.')[0].casefold()}.yaml") in _FILES
        and root.casefold().endswith(_DATA_SUFFIXES)
    ):
        yield _error(path, "no document is read under this name", f"rename it to {file}")
    elif slash and path.casefold().endswith(_DATA_SUFFIXES):
        for meant in get_close_matches(root.casefold(), _FOLDERS, 1, 0.8):
            yield _error(path, f"no document is read in {printable(root)}/", f"move it to {meant}/")


def _clashes(files: Sequence[SourceFile]) -> Iterator[Finding]:
    first: dict[str, str] = {}
    for file in files:
        other = first.setdefault(file.path.casefold(), file.path)
        if other != file.path and (_belongs(file.path) or _belongs(other)):
            message = f"{printable(other)} differs only in upper and lower case"
            yield error("path-case-clash", printable(file.path), message, fix="keep one of them")


def _error(path: str, message: str, fix: str) -> Finding:
    return error("path-unknown", printable(path), message, fix=printable(fix))
