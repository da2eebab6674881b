"""Find the rules that a change's own policies no longer enforce as those of the base do."""

from collections.abc import Iterator, Mapping

from mlplatform.core.finding import Finding, Severity
from mlplatform.core.rule import Rule, declare_rule
from mlplatform.providers.policy.metadata import read_packages

POLICY_LOOSENED = declare_rule(
    __name__,
    "policy-loosened",
    "No rule becomes milder",
    "A rule may be removed, become a warning, or become one that a waiver may suspend, and reviewers should notice it. "
    "What a rule's text lets pass is not compared. The platform team approves every change of a policy.",
    fix="keep the rule as it is, or say in the pull request why it is no longer needed",
    passes="severity: error, before and after",
    fails="severity: warning in place of severity: error",
    soc2=("CC5.3", "CC8.1"),
    severity=Severity.WARNING,
    is_loosening=True,
)


def loosened_rules(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Finding]:
    """Yield a warning for each rule of the policies `before` (texts by path) that is milder in those `after`."""
    if before == after:
        return
    present = _rules(after)
    for name, old in _rules(before).items():
        path, _, line = old.where.rpartition(":")
        new = present.get(name)
        if new:
            path, _, line = new.where.rpartition(":")
        for message in _losses(old, new):
            at = (int(line), 1) if path in after else (1, 1)
            yield POLICY_LOOSENED.warning(path, message, fix=POLICY_LOOSENED.fix, at=at)


def _losses(old: Rule, new: Rule | None) -> Iterator[str]:
    if new is None:
        yield f"the rule {old.id} is removed"
        return
    if old.severity is Severity.ERROR and new.severity is not Severity.ERROR:
        yield f"the rule {old.id} goes from error to {new.severity.value}"
    if new.is_waivable and not old.is_waivable:
        yield f"the rule {old.id} can be waived, and could not be"


def _rules(policies: Mapping[str, str]) -> dict[str, Rule]:
    packages, _ = read_packages(policies)
    return {rule.id: rule for package in packages for rule in package.rules.values()}
