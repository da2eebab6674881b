"""What `check` answers with."""

from dataclasses import dataclass

from mlplatform.core.finding import Finding
from mlplatform.core.repository import Repository


@dataclass(frozen=True, slots=True)
class Checked:
    """The judged repository, every finding sorted by place, and which rules were asked of how many documents.

    `not_applicable` lists the rules that this mode does not ask, as a rule of change without a base.
    """

    repository: Repository
    findings: tuple[Finding, ...]
    documents: int
    rules: tuple[str, ...]
    not_applicable: tuple[str, ...]

    @property
    def is_clean(self) -> bool:
        return not any(finding.is_error for finding in self.findings)
