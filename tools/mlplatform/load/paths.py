"""Decide which files are documents; a file that looks like one and would not be read is a finding."""

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from functools import partial

from mlplatform.core.finding import Finding
from mlplatform.core.naming import (
    DOCUMENT_ROOTS,
    NAME_WORDS,
    Identity,
    Kind,
    parse_path,
    printable,
    tenant_of,
)
from mlplatform.core.rule import declare_rule
from mlplatform.core.source import FileType, SourceFile

_rule = partial(declare_rule, __name__, soc2=("CC8.1",))
PATH_CASE_CLASH = _rule(
    "path-case-clash",
    "Paths differ in more than upper and lower case",
    "Many file systems keep only one of two such files or folders, so a reviewer may not see the file that is checked.",
    fix="keep one of them",
    passes="models/clinic/tumour.yaml",
    fails="models/clinic/tumour.yaml and models/clinic/Tumour.yaml",
)
PATH_SPECIAL = _rule(
    "path-special",
    "Every file is a plain file",
    "A review of the commit does not show what is in a submodule, a device or a pipe.",
    fix="put a plain file there",
    passes="tenants/clinic/tenant.yaml as a file",
    fails="tenants/clinic as a submodule, or a .gitmodules",
)
PATH_SYMLINK = _rule(
    "path-symlink",
    "No symbolic links",
    "The target of a link can change without a commit, or be outside the repository; many Windows clones hold a text "
    "file in its place.",
    fix="put the file itself there",
    passes="models/clinic/tumour.yaml as a file",
    fails="models/clinic/tumour.yaml -> ../../elsewhere.yaml",
)
PATH_UNKNOWN = _rule(
    "path-unknown",
    "Every file that looks like a document or a policy is read",
    "A document or a policy with another suffix, in another folder or under a name that is not allowed would be "
    "ignored, while its author thinks that it counts. Data that no data set names would not be checked.",
    fix="rename it as the finding says, or remove it",
    passes="models/clinic/tumour.yaml, policies/rego/names.rego",
    fails="models/clinic/tumour.yml, policies/rego/names.rego.txt, policies/waiver/x.yaml",
)

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
    findings: list[Finding] = []
    for file in files:
        identity = parse_path(file.path)
        if not _belongs(file.path):
            findings.extend(_astray(file.path))
        elif file.type is not FileType.FILE:
            findings.append(not_plain(file))
        elif identity:
            identities[file.path] = identity
        elif _is_beside(file.path):
            continue
        else:
            findings.append(_unknown(file.path))
    return identities, findings


def _is_beside(path: str) -> bool:
    """True for what a tenant keeps beside its documents and nothing reads: a README, a notebook, CODEOWNERS."""
    name = path.rpartition("/")[2]
    return name == "README.md" or bool(
        tenant_of(path) and (name == "CODEOWNERS" or name.endswith((".md", ".ipynb")))
    )


def not_plain(file: SourceFile) -> Finding:
    """Make the finding for a path that is a symlink, a submodule or a device."""
    path = printable(file.path)
    if file.type is FileType.SYMLINK:
        message = "this is a symbolic link, or is behind one; links are never followed"
        return PATH_SYMLINK.error(path, message, fix="put the file itself here")
    return PATH_SPECIAL.error(path, "this is not a plain file", fix="put a plain file here")


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


def _error(path: str, message: str, fix: str) -> Finding:
    return PATH_UNKNOWN.error(printable(path), message, fix=printable(fix))
