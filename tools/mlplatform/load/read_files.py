"""Reads the files that a source lists: plain ones of a reasonable size, and a finding for every other."""

from collections.abc import Mapping, Sequence

from mlplatform.core.finding import Finding, error
from mlplatform.core.naming import printable
from mlplatform.core.source import FileType, Source, SourceFile
from mlplatform.load.paths import not_plain


def contents(
    source: Source, files: Sequence[SourceFile], limit: int, size_rule: str = "file-size"
) -> tuple[Mapping[str, bytes], list[Finding]]:
    """The bytes of these files by path, in one read, without those that are over a limit in bytes."""
    findings = [not_plain(file) for file in files if file.type is not FileType.FILE]
    plain = [file for file in files if file.type is FileType.FILE]
    findings.extend(_too_large(file, limit, size_rule) for file in plain if file.size > limit)
    wanted = [file.path for file in plain if file.size <= limit]
    found = source.read(wanted)
    findings.extend(_unreadable(path) for path in wanted if path not in found)
    return found, findings


def texts(source: Source, files: Sequence[SourceFile], limit: int) -> tuple[dict[str, str], list[Finding]]:
    """The same as UTF-8 texts."""
    found, findings = contents(source, files, limit)
    read: dict[str, str] = {}
    for path, data in found.items():
        try:
            read[path] = data.decode()
        except UnicodeDecodeError:
            findings.append(
                error("file-encoding", printable(path), "this is not UTF-8", fix="save the file as UTF-8")
            )
    return read, findings


def _too_large(file: SourceFile, limit: int, rule: str) -> Finding:
    said = f"the file has {file.size} bytes and may have {limit}"
    return error(rule, printable(file.path), said, fix="make it smaller, or keep what is large elsewhere")


def _unreadable(path: str) -> Finding:
    return error(
        "path-unreadable", printable(path), "this file cannot be read", fix="look at its permissions"
    )
