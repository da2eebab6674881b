"""Reads the data that data sets name, some files at a time: of each only its digest and its shape are kept."""

from collections.abc import Iterator, Sequence

from mlplatform.core.finding import Finding, error
from mlplatform.core.naming import printable
from mlplatform.core.payload import digest_of_bytes
from mlplatform.core.source import Source, SourceFile
from mlplatform.core.table import Table
from mlplatform.load.pii import ScanBudget
from mlplatform.load.read_files import contents
from mlplatform.load.tables import read_tables

MAX_FILE = 64 << 20
MAX_TOTAL = 256 << 20


def read_data(
    source: Source, files: Sequence[SourceFile]
) -> tuple[dict[str, str], dict[str, Table], list[Finding]]:
    """The digests and the tables of these files by path, and what is wrong with those that cannot be looked at."""
    digests: dict[str, str] = {}
    tables: dict[str, Table] = {}
    findings: list[Finding] = []
    effort = ScanBudget()
    wanted = list(_within(files, findings))
    for batch in _batches(wanted):
        found, unreadable = contents(source, batch, MAX_FILE)
        read, no_tables = read_tables(found, effort)
        digests.update((path, digest_of_bytes(content)) for path, content in found.items())
        tables.update(read)
        findings += unreadable + no_tables
    return digests, tables, findings


def _within(files: Sequence[SourceFile], findings: list[Finding]) -> Iterator[SourceFile]:
    """The files that are read; those beyond the total get a finding."""
    total = 0
    for file in files:
        size = file.size if 0 <= file.size <= MAX_FILE else 0  # the others are refused as they are read
        if total + size > MAX_TOTAL:
            said = f"with this file the data in this repository is more than {MAX_TOTAL >> 20} MiB"
            fix = "keep large data elsewhere, and name its place"
            findings.append(error("file-size", printable(file.path), said, fix=fix))
            continue
        total += size
        yield file


def _batches(files: Sequence[SourceFile]) -> Iterator[list[SourceFile]]:
    """The files in parts that are no larger together than one file may be."""
    batch: list[SourceFile] = []
    size = 0
    for file in files:
        if batch and size + file.size > MAX_FILE:
            yield batch
            batch, size = [], 0
        batch.append(file)
        size += max(file.size, 0)
    if batch:
        yield batch
