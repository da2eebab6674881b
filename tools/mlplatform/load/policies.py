"""Decide which files are policies: Rego, and the organisation's own JSON Schemas. An ignored file is a finding."""

import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from pathlib import PurePosixPath

from mlplatform.core.finding import Finding
from mlplatform.core.naming import Kind, printable
from mlplatform.core.source import FileType, Source, SourceFile
from mlplatform.load.paths import PATH_UNKNOWN, not_plain
from mlplatform.load.read_files import texts
from mlplatform.providers.policy.metadata import POLICY_METADATA
from mlplatform.providers.policy.package_paths import misplaced

MAX_POLICY = 1024 * 1024
_ROOT = "policies/"
_REGO = "policies/rego/"
_SCHEMAS = "policies/schemas/organisation/"
_WAIVERS = "policies/waivers/"  # documents, which load/paths.py looks after
_KINDS = tuple(kind.value for kind in Kind)
_WITHOUT_EFFECT = ("README.md", ".gitkeep")
_OTHERS = re.compile(
    r"policies/(capabilities\.json|schemas/(record/)?[a-z-]+\.schema\.json|checkov/[^/]+\.yaml)"
)
_NEAR = ("policies", "policy", "rego")
_FOLDERS = {
    _REGO: "policies end in .rego, and nothing else may be in this folder",
    _SCHEMAS: f"name it <kind>.json or <kind>-<word>.json, with one of {', '.join(_KINDS)} as the kind",
    "policies/checkov/": "Checkov's policies are policies/checkov/<name>.yaml",
    _ROOT: "policies are in policies/rego/, schemas/, waivers/ and checkov/",
}


def read_policies(source: Source) -> dict[str, str]:
    """Return the policies of a source by path, without those that cannot be read."""
    return texts(source, policy_files(source.files((_REGO,))), MAX_POLICY)[0]


def policy_files(files: Sequence[SourceFile]) -> list[SourceFile]:
    """Return the policies without their tests, and symlinks and the like in their place, which cannot be read."""
    return [file for file in files if _is_policy(file.path) or _hides(file, _REGO)]


def astray_tests(source: Source, files: Sequence[SourceFile]) -> list[Finding]:
    """Return a finding for each policy test that cannot be read, or that declares a package other than its own.

    Tests are not evaluated in a check. A rule in a test would look as if it were, and the tests of others would pass
    because of it.
    """
    tests = [file for file in files if file.type is FileType.FILE and _is_test(file.path)]
    text_by_path, findings = texts(source, tests, MAX_POLICY)
    fix = "declare the package that fits the file's name: no policy may be in a test"
    for flaw in misplaced(text_by_path):
        at = (flaw.line, flaw.column)
        findings.append(POLICY_METADATA.error(printable(flaw.path), flaw.message, fix=fix, at=at))
    return findings


def schema_files(files: Sequence[SourceFile]) -> list[SourceFile]:
    """Return the organisation's schemas, and symlinks and the like in their place, which cannot be read."""
    return [file for file in files if _is_schema(file.path) or _hides(file, _SCHEMAS)]


def ignored_files(files: Sequence[SourceFile]) -> Iterator[Finding]:
    """Yield a finding for each file in policies/, or in a folder of a similar name, that would have no effect."""
    for file in files:
        if not file.path.startswith(_ROOT):
            yield from _astray(file.path)
        elif file.path.startswith(_WAIVERS) or _hides(file, _REGO) or _hides(file, _SCHEMAS):
            continue
        elif file.type is not FileType.FILE:
            yield not_plain(file)
        elif not _has_effect(file.path):
            yield _nothing(file.path, _fix(file.path))


def _has_effect(path: str) -> bool:
    is_rego = path.startswith(_REGO) and path.casefold().endswith(".rego")
    is_note = PurePosixPath(path).name in _WITHOUT_EFFECT
    return is_rego or is_note or _is_schema(path) or _OTHERS.fullmatch(path) is not None


def _fix(path: str) -> str:
    name = PurePosixPath(path).name
    if name.endswith(".rego"):
        return f"move it to {_REGO}{name}"
    if ".rego" in name and path.startswith(_REGO):
        return f"name it {path[: path.rindex('.rego')]}.rego, or remove it"
    folder = path.split("/")[1]
    if get_close_matches(folder.casefold(), ["waivers"], 1, 0.8):
        return f"move it to {_WAIVERS}{name}"
    return next(fix for start, fix in _FOLDERS.items() if path.startswith(start))


def _astray(path: str) -> Iterator[Finding]:
    """Yield a finding for a file in a folder whose name is similar to policies/."""
    root, slash, rest = path.partition("/")
    if not slash:
        return
    if root.casefold() == "policies":
        yield _nothing(path, f"move it to {_ROOT}{rest}")
    elif path.casefold().endswith(".rego") and get_close_matches(root.casefold(), _NEAR, 1, 0.8):
        yield _nothing(path, f"move it to {_REGO}{PurePosixPath(path).name}")


def _is_policy(path: str) -> bool:
    return path.startswith(_REGO) and path.casefold().endswith(".rego") and not _is_test(path)


def _is_test(path: str) -> bool:
    return path.startswith(_REGO) and path.casefold().endswith("_test.rego")


def _is_schema(path: str) -> bool:
    name = path.removeprefix(_SCHEMAS)
    return name != path and name.startswith(_KINDS) and name.endswith(".json") and "/" not in name


def _hides(file: SourceFile, folder: str) -> bool:
    """True when a symlink or the like is in place of a folder of policies, or inside it."""
    if file.type is FileType.FILE:
        return False
    return file.path.startswith(folder) or folder.startswith(file.path + "/")


def _nothing(path: str, fix: str) -> Finding:
    message = "a file of this name has no effect here"
    return PATH_UNKNOWN.error(printable(path), message, fix=printable(fix))
