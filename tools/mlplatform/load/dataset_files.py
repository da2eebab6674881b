"""Read the files of data sets in batches: only the digest and the shape of each file are kept."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from mlplatform.core.finding import Finding
from mlplatform.core.naming import printable
from mlplatform.core.payload import digest_of_bytes
from mlplatform.core.rule import declare_rule
from mlplatform.core.source import Source, SourceFile
from mlplatform.core.table import CsvTable
from mlplatform.load.pii import ScanBudget
from mlplatform.load.read_files import FILE_SIZE, contents
from mlplatform.load.row_sketch import row_sketch
from mlplatform.load.tables import read_tables

FILE_LFS_POINTER = declare_rule(
    __name__,
    "file-lfs-pointer",
    "Data in this repository are the data themselves",
    "What Git LFS commits in the place of a file is a note that says where the file is kept. The note can be checked, "
    "and the data cannot: neither their columns nor personal data in them are seen.",
    fix="commit the file without Git LFS, or keep it in a bucket and name that location",
    passes="examples/data/clinic/biopsies.csv with rows and columns",
    fails="examples/data/clinic/biopsies.csv that begins with `version https://git-lfs.github.com/spec/v1`",
    soc2=("CC8.1", "PI1.2"),
)
_POINTER = (b"version https://git-lfs.github.com/spec/", b"version https://hawser.github.com/spec/")
MAX_FILE = 64 << 20
MAX_TOTAL = 256 << 20


def read_data(
    source: Source, files: Sequence[SourceFile]
) -> tuple[dict[str, str], dict[str, CsvTable], list[Finding]]:
    """Return the digests and the tables of these files by path, and findings about those that cannot be read."""
    digests: dict[str, str] = {}
    tables: dict[str, CsvTable] = {}
    findings: list[Finding] = []
    budget = ScanBudget()
    for batch in _batches(_within_total(files, findings)):
        data_by_path, unreadable = contents(source, batch, MAX_FILE)
        pointers = {path for path, data in data_by_path.items() if data.startswith(_POINTER)}
        findings += map(_pointer, sorted(pointers))
        data_themselves = {path: data for path, data in data_by_path.items() if path not in pointers}
        batch_tables, not_tables = read_tables(data_themselves, budget)
        digests.update((path, digest_of_bytes(data)) for path, data in data_by_path.items())
        tables |= {
            path: replace(table, sketch=row_sketch(data_by_path[path]))
            for path, table in batch_tables.items()
        }
        findings += unreadable + not_tables
    return digests, tables, findings


def _pointer(path: str) -> Finding:
    message = "this is a pointer of Git LFS and not the data, which nothing here can check"
    return FILE_LFS_POINTER.error(
        printable(path), message, fix="commit the file itself, or keep it in a bucket"
    )


def _within_total(files: Sequence[SourceFile], findings: list[Finding]) -> Iterator[SourceFile]:
    """Yield the files to read; those beyond the total size get a finding."""
    total = 0
    for file in files:
        size = file.size if 0 <= file.size <= MAX_FILE else 0  # larger files are refused when they are read
        if total + size > MAX_TOTAL:
            message = f"with this file the data in this repository exceeds {MAX_TOTAL >> 20} MiB"
            fix = "keep large data elsewhere, and name its location"
            findings.append(FILE_SIZE.error(printable(file.path), message, fix=fix))
            continue
        total += size
        yield file


def _batches(files: Iterable[SourceFile]) -> Iterator[list[SourceFile]]:
    """Yield the files in batches that are together no larger than one file may be."""
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
