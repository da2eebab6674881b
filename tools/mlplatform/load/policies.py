"""Which files judge: Rego, and the organisation's own JSON Schemas. What would be passed over is a finding."""

from collections.abc import Sequence

from mlplatform.core.finding import Finding, error
from mlplatform.core.naming import Kind
from mlplatform.core.source import FileType, SourceFile
from mlplatform.load.paths import shown

_REGO = "policies/rego/"
_SCHEMAS = "policies/schemas/organisation/"
_KINDS = tuple(kind.value for kind in Kind)
_SILENT = ("README.md", ".gitkeep")


def policy_files(files: Sequence[SourceFile]) -> list[SourceFile]:
    """The policies, tests left out, and whatever stands in place of one that it cannot be read."""
    return [file for file in files if _is_policy(file.path) or _hides(file, _REGO)]


def schema_files(files: Sequence[SourceFile]) -> tuple[list[SourceFile], list[Finding]]:
    """The organisation's schemas, and a finding for each file among them that no kind would be judged by."""
    inside = [file for file in files if file.path.startswith(_SCHEMAS) or _hides(file, _SCHEMAS)]
    schemas = [file for file in inside if _is_schema(file.path) or _hides(file, _SCHEMAS)]
    silent = [file for file in inside if file.path.endswith(_SILENT)]
    return schemas, [_passed_over(file.path) for file in inside if file not in (*schemas, *silent)]


def _is_policy(path: str) -> bool:
    lower = path.casefold()
    return path.startswith(_REGO) and lower.endswith(".rego") and not lower.endswith("_test.rego")


def _is_schema(path: str) -> bool:
    name = path.removeprefix(_SCHEMAS)
    return name.startswith(_KINDS) and name.endswith(".json") and "/" not in name


def _hides(file: SourceFile, folder: str) -> bool:
    """Whether a symlink or the like stands where a folder of policies should be, or inside it."""
    if file.type is FileType.FILE:
        return False
    return file.path.startswith(folder) or folder.startswith(file.path + "/")


def _passed_over(path: str) -> Finding:
    fix = f"name it <kind>.json or <kind>-<word>.json, with one of {', '.join(_KINDS)} as the kind"
    return error("path-unknown", shown(path), "no document is judged by a schema of this name", fix=fix)
