"""What lies among the data and the scripts of tenants, and that nobody would look at."""

from collections.abc import Iterable, Iterator, Sequence

from mlplatform.core.finding import Finding, error
from mlplatform.core.naming import printable, tenant_of
from mlplatform.core.source import FileType, SourceFile
from mlplatform.load.paths import not_plain

_DATA = "examples/data/"
_SCRIPTS = "examples/training/"
_NOTES = "README.md"


def undeclared_files(
    files: Sequence[SourceFile], named: Iterable[str], unreadable: Iterable[Finding]
) -> Iterator[Finding]:
    """The files of tenants' data that no data set names: nothing says how sensitive they are.

    Of a tenant whose data sets cannot all be read, what they name is unknown; that they cannot is a finding itself.
    """
    known = frozenset(named)
    silent = {tenant_of(finding.path) for finding in unreadable if "/datasets/" in finding.path}
    for file in files:
        if file.path.startswith(_SCRIPTS) and file.type is not FileType.FILE:
            yield not_plain(file)
        elif _is_data(file) and file.path not in known and tenant_of(file.path) not in silent:
            said = "no data set names this file, so nothing says what it holds"
            fix = f"name it in tenants/{tenant_of(file.path)}/datasets/<name>.yaml, or remove it"
            yield error("path-unknown", printable(file.path), said, fix=printable(fix))


def _is_data(file: SourceFile) -> bool:
    """Whether a file lies among a tenant's data, and is no note about it."""
    is_note = file.type is FileType.FILE and file.path.rpartition("/")[2] == _NOTES
    return file.path.startswith(_DATA) and file.path.count("/") > 2 and not is_note
