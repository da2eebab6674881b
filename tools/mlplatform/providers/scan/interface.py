"""The interface of a scanner of infrastructure: it judges files that it never executes."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from mlplatform.core.finding import Finding
from mlplatform.core.rule import Rule


class ScanError(Exception):
    """The scanner did not answer: why, in one sentence, the rule of the finding that this is, and what to do."""

    def __init__(self, message: str, *, rule: str, fix: str) -> None:
        super().__init__(message)
        self.message = message
        self.rule = rule
        self.fix = fix


class Scanner(Protocol):
    """Judges Terraform, Kubernetes manifests, workflows and Dockerfiles."""

    def is_infrastructure(self, path: str) -> bool:
        """True when a file, by its path alone, is something that this scanner judges or that could configure it."""
        ...

    def scan(self, files: Mapping[str, bytes], policies: Mapping[str, str]) -> Sequence[Finding]:
        """Return the findings in files by path; `policies` are policies/checkov/* by path. ScanError when it fails."""
        ...

    def rules(self, policies: Mapping[str, str]) -> Sequence[Rule]:
        """Every rule that its findings can carry, those of the organisation's `policies` among them."""
        ...
