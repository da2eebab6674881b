"""Every file of the repository, document or not, is one that each clone can check out and each review shows."""

import re
from collections.abc import Iterator, Sequence
from functools import partial

from mlplatform.core.finding import Finding
from mlplatform.core.naming import printable
from mlplatform.core.portable_names import folded, name_problem
from mlplatform.core.rule import declare_rule
from mlplatform.core.source import FileType, SourceFile
from mlplatform.load.paths import PATH_CASE_CLASH, PATH_SPECIAL, not_plain

_rule = partial(declare_rule, __name__, soc2=("CC8.1", "A1.2"))
PATH_PORTABLE = _rule(
    "path-portable",
    "Every machine can check out every file",
    "git stores names that Windows, macOS or a file system cannot hold: too long, a device's, with a colon or a space "
    "at the end. After the merge nobody who has such a machine gets a working clone, or gets another file than the "
    "one that was reviewed.",
    fix="rename it: letters, digits, `-`, `_` and `.`, at most 200 bytes a name and 240 characters a path",
    passes="examples/training/clinic_tumour.py",
    fails="examples/training/aux.py, docs/10:30.md",
)
PATH_MODE = _rule(
    "path-mode",
    "Only programs are executable",
    "A review shows a change of the mode in one line that is easily missed, or not at all. What is text or data and "
    "yet executable is run by whoever types its name.",
    fix="git update-index --chmod=-x FILE",
    passes="tenants/clinic/tenant.yaml with mode 100644",
    fails="tenants/clinic/tenant.yaml with mode 100755",
)
_PLAIN_MODES = ("", "100644", "100755", "120000", "160000")
_EXECUTABLE = "100755"
_NO_PROGRAMS = re.compile(
    r"\.(?:ya?ml|json|csv|tsv|parquet|onnx|md|txt|rego|tf|tfvars|hcl|toml|cfg|ini|in|lock|svg|png|jpe?g|pdf|ipynb)$"
    r"|(?:^|/)(?:CODEOWNERS|Makefile|Dockerfile|\.git\w+)$",
    re.IGNORECASE,
)
_MODULES = ".gitmodules"
_PROSE = "docs/"  # nothing reads or runs what lies there, so that a link is one for readers alone


def portable_tree_findings(files: Sequence[SourceFile]) -> Iterator[Finding]:
    """Yield what in the names, the types and the modes of files not every clone holds alike."""
    for file in files:
        if problem := name_problem(file.path):
            fix = "rename it to letters, digits, `-`, `_` and `.`"
            yield PATH_PORTABLE.error(printable(file.path), problem, fix=fix)
        is_prose = file.type is FileType.SYMLINK and file.path.startswith(_PROSE)
        if file.type is not FileType.FILE and not is_prose:
            yield not_plain(file)
        yield from _mode(file)
        if file.path.lower().endswith(_MODULES):
            message = "a submodule brings files of another repository, which no review of this one shows"
            fix = "delete it, and commit the files themselves or install a locked package"
            yield PATH_SPECIAL.error(printable(file.path), message, fix=fix)
    yield from _clashes(files)


def _mode(file: SourceFile) -> Iterator[Finding]:
    if file.mode not in _PLAIN_MODES:
        message = f"git's mode {file.mode} is none that a clone can hold"
        fix = "commit it anew: git rm --cached FILE, then git add FILE"
        yield PATH_MODE.error(printable(file.path), message, fix=fix)
    elif file.mode == _EXECUTABLE and _NO_PROGRAMS.search(file.path):
        fix = "git update-index --chmod=-x FILE"
        yield PATH_MODE.error(printable(file.path), "the file is no program and yet executable", fix=fix)


def _clashes(files: Sequence[SourceFile]) -> Iterator[Finding]:
    """Yield what differs from another path only in case or in composed letters: each file, and each folder once."""
    first: dict[str, str] = {}
    folders: dict[str, str] = {"": ""}
    known: set[str] = set()
    for file in files:
        folder, _, _ = file.path.rpartition("/")
        if folder not in folders:
            folders[folder] = _clashing_folder(folder, first)
        clash = folders[folder]
        other = clash or first.setdefault(folded(file.path), file.path)
        if other != file.path and not (clash and clash in known):
            known.add(clash)
            message = f"{printable(other)} differs only in upper and lower case"
            yield PATH_CASE_CLASH.error(printable(file.path), message, fix="keep one of them")


def _clashing_folder(folder: str, first: dict[str, str]) -> str:
    """Return the folder from which a folder, or one around it, differs only in case; empty when there is none."""
    parts = folder.split("/")
    for length in range(1, len(parts) + 1):
        path = "/".join(parts[:length])
        other = first.setdefault(folded(path), path)
        if other != path:
            return other
    return ""
