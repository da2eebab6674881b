"""Findings of our own checks: a title, the details, and what to do."""

from mlplatform.core.finding import Finding, error
from mlplatform.providers.scan.checks.catalogue import OWN


def own_finding(check: str, path: str, at: tuple[int, int], what: str) -> Finding:
    """The finding of one of our checks at a place."""
    rule = OWN[check]
    return error(check, path, f"{rule.title}: {what}", fix=rule.fix, at=at)
