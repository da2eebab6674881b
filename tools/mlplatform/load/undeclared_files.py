"""Find files among the data and the scripts of tenants that no document names."""

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
    """Yield a finding for each data file that no data set names, so that its classification is unknown.

    Tenants with unreadable data sets are left out, as it is unknown what these name; they have a finding already.
    """
    declared = frozenset(named)
    unreadable_tenants = {tenant_of(finding.path) for finding in unreadable if "/datasets/" in finding.path}
    for file in files:
        if file.path.startswith(_SCRIPTS) and file.type is not FileType.FILE:
            yield not_plain(file)
        elif _is_data(file) and file.path not in declared and tenant_of(file.path) not in unreadable_tenants:
            message = "no data set names this file, so its classification is unknown"
            fix = f"name it in tenants/{tenant_of(file.path)}/datasets/<name>.yaml, or remove it"
            yield error("path-unknown", printable(file.path), message, fix=printable(fix))


def _is_data(file: SourceFile) -> bool:
    """True when a file is in a tenant's data folder and is not a README."""
    is_note = file.type is FileType.FILE and file.path.rpartition("/")[2] == _NOTES
    return file.path.startswith(_DATA) and file.path.count("/") > 2 and not is_note
