"""Run the scanner of infrastructure. A scanner that does not answer is a finding itself."""

from collections.abc import Iterator

from mlplatform.core.finding import Finding, error
from mlplatform.core.loaded_source import LoadedSource
from mlplatform.providers.scan.interface import ScanError, Scanner


def infrastructure(loaded: LoadedSource, scanner: Scanner | None) -> Iterator[Finding]:
    """The findings of the files that were loaded for the scanner."""
    if scanner is None or not loaded.infrastructure:
        return
    try:
        yield from scanner.scan(loaded.infrastructure, loaded.scanned_by)
    except ScanError as why:
        path = next(iter(sorted(loaded.infrastructure)))
        yield error(why.rule, path, str(why), fix=why.fix)
