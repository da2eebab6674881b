"""Read plain files of a limited size from a source; every other file gets a finding."""

from collections.abc import Mapping, Sequence

from mlplatform.core.finding import Finding, error
from mlplatform.core.naming import printable
from mlplatform.core.source import FileType, Source, SourceFile
from mlplatform.load.paths import not_plain


def contents(
    source: Source, files: Sequence[SourceFile], limit: int, size_rule: str = "file-size"
) -> tuple[Mapping[str, bytes], list[Finding]]:
    """Return the content of these files by path, read at once, and findings about those over the limit (in bytes)."""
    findings = [not_plain(file) for file in files if file.type is not FileType.FILE]
    plain = [file for file in files if file.type is FileType.FILE]
    findings.extend(_too_large(file, limit, size_rule) for file in plain if file.size > limit)
    paths = [file.path for file in plain if file.size <= limit]
    data_by_path = source.read(paths)
    findings.extend(_unreadable(path) for path in paths if path not in data_by_path)
    return data_by_path, findings


def texts(source: Source, files: Sequence[SourceFile], limit: int) -> tuple[dict[str, str], list[Finding]]:
    """Return the texts of these files by path, decoded as UTF-8, and findings about those that cannot be read."""
    data_by_path, findings = contents(source, files, limit)
    text_by_path: dict[str, str] = {}
    for path, data in data_by_path.items():
        try:
            text_by_path[path] = data.decode()
        except UnicodeDecodeError:
            findings.append(
                error("file-encoding", printable(path), "this is not UTF-8", fix="save the file as UTF-8")
            )
    return text_by_path, findings


def _too_large(file: SourceFile, limit: int, rule: str) -> Finding:
    message = f"the file has {file.size} bytes and may have {limit}"
    return error(rule, printable(file.path), message, fix="make it smaller, or keep large data elsewhere")


def _unreadable(path: str) -> Finding:
    return error("path-unreadable", printable(path), "this file cannot be read", fix="check its permissions")
