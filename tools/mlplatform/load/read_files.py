"""Read plain files of a limited size from a source; every other file gets a finding."""

from collections.abc import Mapping, Sequence
from functools import partial

from mlplatform.core.finding import Finding
from mlplatform.core.naming import printable
from mlplatform.core.rule import Rule, declare_rule
from mlplatform.core.source import FileType, Source, SourceFile
from mlplatform.load.paths import not_plain

_rule = partial(declare_rule, __name__, soc2=("CC8.1", "PI1.2"))
FILE_ENCODING = _rule(
    "file-encoding",
    "Policies, schemas and data are UTF-8",
    "In another encoding the same bytes are different characters to different readers, and personal data in them "
    "is not detected.",
    fix="save the file as UTF-8",
    passes="name\nJosé (saved as UTF-8)",
    fails="name\nJosé (saved as Latin-1)",
)
FILE_SIZE = _rule(
    "file-size",
    "Policies are under 1 MiB and data in this repository under 64 MiB",
    "A file that is too large to be read would not be checked.",
    fix="make it smaller, or keep large data elsewhere",
    passes="examples/data/clinic/biopsies.csv of 130 KiB",
    fails="examples/data/clinic/biopsies.csv of 100 MiB",
)
PATH_UNREADABLE = _rule(
    "path-unreadable",
    "Every document can be read",
    "A file that cannot be read must not count as absent.",
    fix="check the file's permissions",
    passes="a file with mode 644",
    fails="a file with mode 000",
    soc2=("CC8.1",),
)


def contents(
    source: Source, files: Sequence[SourceFile], limit: int, size_rule: Rule = FILE_SIZE
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
                FILE_ENCODING.error(printable(path), "this is not UTF-8", fix="save the file as UTF-8")
            )
    return text_by_path, findings


def _too_large(file: SourceFile, limit: int, rule: Rule) -> Finding:
    message = f"the file has {file.size} bytes and may have {limit}"
    return rule.error(printable(file.path), message, fix="make it smaller, or keep large data elsewhere")


def _unreadable(path: str) -> Finding:
    return PATH_UNREADABLE.error(printable(path), "this file cannot be read", fix="check its permissions")
