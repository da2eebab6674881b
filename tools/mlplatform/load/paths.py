"""Which files are documents; a file that looks like one and would not be read is a finding."""

from collections.abc import Iterator, Sequence
from difflib import get_close_matches

from mlplatform.core.finding import Finding, error
from mlplatform.core.naming import DOCUMENT_ROOTS, NAME_WORDS, Identity, parse_path, printable
from mlplatform.core.source import FileType, SourceFile

_FILES = tuple(root for root in DOCUMENT_ROOTS if not root.endswith("/"))
_FOLDERS = tuple(root.rstrip("/") for root in DOCUMENT_ROOTS if root.endswith("/"))
_FIXED = frozenset(
    {
        "tenants",
        "models",
        "environments",
        "policies",
        "waivers",
        "datasets",
        "tenant.yaml",
        "environment.yaml",
    }
)
_DATA_SUFFIXES = (".yaml", ".yml", ".json")
_PLACES = {
    "tenants": "tenants/<tenant>/tenant.yaml or tenants/<tenant>/datasets/<name>.yaml",
    "models": "models/<tenant>/<model>.yaml",
    "environments": "environments/<env>/environment.yaml or environments/<env>/<tenant>/<model>.yaml",
    "policies/waivers": "policies/waivers/<name>.yaml",
}


def documents(files: Sequence[SourceFile]) -> tuple[dict[str, Identity], list[Finding]]:
    """The identity of each document by path, and the findings of what lies where documents live and is none."""
    found: dict[str, Identity] = {}
    findings = list(_clashes(files))
    for file in files:
        identity = parse_path(file.path)
        if not _belongs(file.path):
            findings.extend(_astray(file.path))
        elif file.type is not FileType.FILE:
            findings.append(not_plain(file))
        elif identity:
            found[file.path] = identity
        else:
            findings.append(_unknown(file.path))
    return found, findings


def not_plain(file: SourceFile) -> Finding:
    """The finding for a path that is a symlink, a submodule or a device."""
    path = printable(file.path)
    if file.type is FileType.SYMLINK:
        said = "this is a symbolic link, or lies behind one; links are never followed"
        return error("path-symlink", path, said, fix="put the file itself here")
    return error("path-special", path, "this is not a plain file", fix="put a plain file here")


def _belongs(path: str) -> bool:
    return path in _FILES or _folder(path) is not None


def _folder(path: str) -> str | None:
    """The folder of documents that a path lies in, or is itself."""
    return next((folder for folder in _FOLDERS if path == folder or path.startswith(f"{folder}/")), None)


def _unknown(path: str) -> Finding:
    for better in _better_names(path):
        if parse_path(better):
            return _error(path, "no document is looked for under this name", f"rename it to {better}")
    if path.endswith(".yaml") and _has_right_depth(path):
        return _error(path, "a name in this path is not allowed", f"a name is {NAME_WORDS}")
    root = _folder(path) or path
    said = f"only documents lie in {root}/, and none is looked for here"
    return _error(path, said, f"documents are {_PLACES.get(root, root)}")


def _better_names(path: str) -> tuple[str, ...]:
    stem, dot, suffix = path.strip().rpartition(".")
    if dot and f".{suffix.casefold()}" not in _DATA_SUFFIXES:
        return ()
    better = f"{stem or path}.yaml"
    return better, better.lower()


def _has_right_depth(path: str) -> bool:
    """Whether a document would lie here if the names that people choose were allowed ones."""
    *folders, last = path.split("/")
    names = [part if part in _FIXED else "name" for part in folders]
    return parse_path("/".join((*names, last if last in _FIXED else "name.yaml"))) is not None


def _astray(path: str) -> Iterator[Finding]:
    """A file just beside the places of documents, where a reader could think that it counts."""
    root, slash, rest = path.partition("/")
    if root.casefold() in (*_FILES, *_FOLDERS):
        yield _error(
            path, "no document is looked for under this name", f"rename it to {root.casefold()}{slash}{rest}"
        )
    elif (
        not slash
        and root.rpartition(".")[0].casefold() == "platform"
        and root.casefold().endswith(_DATA_SUFFIXES)
    ):
        yield _error(path, "no document is looked for under this name", "rename it to platform.yaml")
    elif slash and path.casefold().endswith(_DATA_SUFFIXES):
        for meant in get_close_matches(root.casefold(), _FOLDERS, 1, 0.8):
            yield _error(path, f"no document is looked for in {printable(root)}/", f"move it to {meant}/")


def _clashes(files: Sequence[SourceFile]) -> Iterator[Finding]:
    first: dict[str, str] = {}
    for file in files:
        other = first.setdefault(file.path.casefold(), file.path)
        if other != file.path and (_belongs(file.path) or _belongs(other)):
            said = f"{printable(other)} differs from it only in upper and lower case"
            yield error("path-case-clash", printable(file.path), said, fix="keep one of them")


def _error(path: str, said: str, fix: str) -> Finding:
    return error("path-unknown", printable(path), said, fix=printable(fix))
