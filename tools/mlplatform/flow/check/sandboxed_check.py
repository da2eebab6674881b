"""Runs the policies, schemas and waivers that a change brings itself, in a process with limits.

Nobody has approved them yet: a pattern, a reference or a loop in them may take for ever, or all memory there is.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import astuple, replace
from typing import Any

from mlplatform.check.check import CHECK_UNFINISHED
from mlplatform.check.policy_loosening import POLICY_LOOSENED
from mlplatform.core.change_base import FileChange
from mlplatform.core.check_result import CheckResult
from mlplatform.core.finding import Finding, Severity
from mlplatform.core.naming import printable
from mlplatform.providers.sandbox import WorkerFailed, WorkerLimits, run_limited
from mlplatform.providers.scan.process import DEADLINE_SECONDS

MIN_BUSY_SECONDS = 60.0  # of computing
BUSY_FACTOR = 10  # what an honest change brings takes about as long as what binds
WAIT_FACTOR = 5  # times as long again on a busy machine
MEMORY_BYTES = 4 << 30
_NAMED = 5


def check_in_sandbox(
    binding: CheckResult,
    run_own_rules: Callable[[], CheckResult],
    files: Iterable[FileChange],
    took: float,
    *,
    scans: bool,
) -> CheckResult:
    """Add to the binding result what only the change's own rules find; what either blocks is blocked.

    `run_own_rules` runs in a process of its own. `took` is how many seconds the binding check needed. `scans` says that
    Checkov runs too, which has a process and a deadline of its own.
    """
    patience = max(MIN_BUSY_SECONDS, BUSY_FACTOR * took)
    waiting = WAIT_FACTOR * patience + (DEADLINE_SECONDS if scans else 0)
    limits = WorkerLimits(busy_seconds=patience, seconds=waiting, memory_bytes=MEMORY_BYTES)
    try:
        own = _read(run_limited(lambda: _plain(run_own_rules()), limits))
    except WorkerFailed as error:
        own = _unfinished(binding, files, str(error))
    findings, tenants, environments, rules = own
    mine = binding.repository
    repository = replace(
        mine,
        blocked_tenants={**tenants, **mine.blocked_tenants},
        blocked_environments={**environments, **mine.blocked_environments},
    )
    # Not what the base's waivers suspend: where the change takes such a waiver away, main would be red.
    proposed = set(findings) - set(binding.findings)
    loosened = {finding for finding in proposed if finding.rule == POLICY_LOOSENED.id}
    return replace(
        binding,
        repository=repository,
        proposed=tuple(sorted(proposed)),
        loosens=tuple(sorted({*binding.loosens, *loosened})),
        rules=tuple(dict.fromkeys((*binding.rules, *rules, CHECK_UNFINISHED.id))),
    )


_Own = tuple[list[Finding], dict[str, Finding], dict[str, Finding], list[str]]


def _plain(own: CheckResult) -> list[Any]:
    repository = own.repository
    return [
        [astuple(finding) for finding in own.findings],
        {name: astuple(finding) for name, finding in repository.blocked_tenants.items()},
        {name: astuple(finding) for name, finding in repository.blocked_environments.items()},
        own.rules,
    ]


def _read(answer: Any) -> _Own:
    try:
        findings, tenants, environments, rules = answer
        return (
            [_finding(fields) for fields in findings],
            {name: _finding(fields) for name, fields in tenants.items()},
            {name: _finding(fields) for name, fields in environments.items()},
            [str(rule) for rule in rules],
        )
    except (AttributeError, TypeError, ValueError):
        raise WorkerFailed("gave an answer that cannot be read") from None


def _finding(fields: Any) -> Finding:
    path, line, column, rule, severity, message, fix, subject = fields
    return Finding(path, int(line), int(column), rule, Severity(severity), message, fix, subject)


def _unfinished(binding: CheckResult, files: Iterable[FileChange], reason: str) -> _Own:
    """Return one error that blocks every environment, at the first of the files that may be the cause."""
    suspects = sorted(file.path for file in files if file.path.startswith("policies/"))
    suspects = sorted(suspects, key=lambda path: path.startswith("policies/waivers/"))
    named = ", ".join(map(printable, suspects[:_NAMED]))
    more = f" and {len(suspects) - _NAMED} more" if len(suspects) > _NAMED else ""
    message = f"the check by the rules that this change brings itself ({named}{more}) {reason}"
    fix = "look there for a pattern, reference, loop or range that grows without bound, and make it cheaper"
    finding = CHECK_UNFINISHED.error(printable(suspects[0]) if suspects else "policies", message, fix=fix)
    repository = binding.repository
    environments: Mapping[str, Any] = {**repository.environments, **repository.deployments}
    return [finding], {}, dict.fromkeys(environments, finding), []
