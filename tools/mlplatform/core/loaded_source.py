"""The result of `load`: plain documents and policy files, not checked yet."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from mlplatform.core.document import RawDocument, of_kind
from mlplatform.core.finding import Finding
from mlplatform.core.naming import Kind
from mlplatform.core.table import CsvTable


@dataclass(frozen=True, slots=True)
class LoadedSource:
    """The readable documents by path, the findings about unreadable ones, and the policy texts by path.

    `policies` are policies/rego/**/*.rego without tests, `schemas` the organisation's own JSON Schemas. `digests`
    are the sha256 digests of the files under examples/data/ that data sets name, `tables` the shape of these
    files. `scripts` are the paths of all training scripts, `script_texts` the texts of these and of notebooks by
    path. `infrastructure` are the files that Checkov scans, empty unless requested, and `scanned_by` the texts of
    policies/checkov/. When only the documents that a change affects were loaded, `others` are the paths that were
    left out, and `partial` the paths of tenants whose deployments, and of data sets whose duplicates, were not
    all loaded. `codeowners` are the texts of CODEOWNERS, wherever GitHub looks for it, and `locks` those of
    requirements/*.txt.
    """

    commit: str | None
    raws: Mapping[str, RawDocument]
    findings: tuple[Finding, ...]
    policies: Mapping[str, str]
    schemas: Mapping[str, str]
    digests: Mapping[str, str]
    tables: Mapping[str, CsvTable] = field(default_factory=dict)
    scripts: frozenset[str] = frozenset()
    script_texts: Mapping[str, str] = field(default_factory=dict)
    infrastructure: Mapping[str, bytes] = field(default_factory=dict)
    scanned_by: Mapping[str, str] = field(default_factory=dict)
    others: frozenset[str] = frozenset()
    partial: frozenset[str] = frozenset()
    codeowners: Mapping[str, str] = field(default_factory=dict)
    locks: Mapping[str, str] = field(default_factory=dict)

    def documents(self, kind: Kind) -> Iterator[RawDocument]:
        """Yield the readable documents of a kind."""
        return of_kind(self.raws.values(), kind)
