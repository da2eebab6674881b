"""What `load` found: plain documents and policy files, judged by nobody yet."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from mlplatform.core.document import RawDocument
from mlplatform.core.finding import Finding
from mlplatform.core.table import Table


@dataclass(frozen=True, slots=True)
class LoadedSource:
    """The readable documents by path, the findings of those that are not, and the policy texts by path.

    `policies` holds policies/rego/**/*.rego (tests left out), `schemas` the organisation's own JSON Schemas,
    `digests` the sha256 digest of each data file under examples/data/ that a data set document names, `tables`
    what those files hold, `scripts` the paths of all training scripts, `infrastructure` the files that Checkov
    judges, empty unless they were asked for, and `scanned_by` the texts of policies/checkov/ that it judges by.
    Where only what a change is about was loaded, `others` are the paths of the files that were left out, and
    `partial` those of the tenants and data sets whose deployments, or twins, were not all loaded.
    """

    commit: str | None
    raws: Mapping[str, RawDocument]
    findings: tuple[Finding, ...]
    policies: Mapping[str, str]
    schemas: Mapping[str, str]
    digests: Mapping[str, str]
    tables: Mapping[str, Table] = field(default_factory=dict)
    scripts: frozenset[str] = frozenset()
    infrastructure: Mapping[str, bytes] = field(default_factory=dict)
    scanned_by: Mapping[str, str] = field(default_factory=dict)
    others: frozenset[str] = frozenset()
    partial: frozenset[str] = frozenset()
