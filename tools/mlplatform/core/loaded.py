"""What `load` found: plain documents and policy files, judged by nobody yet."""

from collections.abc import Mapping
from dataclasses import dataclass

from mlplatform.core.document import Raw
from mlplatform.core.finding import Finding


@dataclass(frozen=True, slots=True)
class Loaded:
    """The readable documents by path, the findings of those that are not, and the policy texts by path.

    `policies` holds policies/rego/**/*.rego (tests left out), `schemas` the organisation's own JSON Schemas,
    `digests` the sha256 digest of each data file under examples/data/ that a data set document names.
    """

    commit: str | None
    raws: Mapping[str, Raw]
    findings: tuple[Finding, ...]
    policies: Mapping[str, str]
    schemas: Mapping[str, str]
    digests: Mapping[str, str]
