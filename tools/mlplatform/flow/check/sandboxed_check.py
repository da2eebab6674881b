"""What a change brings of its own, policies, schemas and waivers, is asked beside what binds, and within limits.

Nobody has approved it yet: a pattern, a reference or a loop in it may take for ever, or all memory there is.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import astuple, replace
from typing import Any

from mlplatform.core.change_base import FileChange
from mlplatform.core.check_result import CheckResult
from mlplatform.core.finding import Finding, Severity, error
from mlplatform.core.naming import printable
from mlplatform.providers.sandbox import Limits, WorkerFailed, run_limited
from mlplatform.providers.scan.process import DEADLINE_SECONDS

RULES = ("check-unfinished",)
MIN_BUSY_SECONDS = 60.0  # of computing
BUSY_FACTOR = 10  # what an honest change brings takes about as long as what binds
WAIT_FACTOR = 5  # times as long again on a busy machine
MEMORY_BYTES = 4 << 30
_NAMED = 5


def check_in_sandbox(
    binding: CheckResult,
    judge: Callable[[], CheckResult],
    files: Iterable[FileChange],
    took: float,
    *,
    scans: bool,
) -> CheckResult:
    """What binds, and beside it what only the change's own policies find; what either blocks is blocked.

    `judge` runs in a process of its own; `took` is how many seconds the binding part needed, and `scans` whether
    Checkov is asked, which has a process and a deadline of its own.
    """
    patience = max(MIN_BUSY_SECONDS, BUSY_FACTOR * took)
    waiting = WAIT_FACTOR * patience + (DEADLINE_SECONDS if scans else 0)
    limits = Limits(busy_seconds=patience, seconds=waiting, memory_bytes=MEMORY_BYTES)
    try:
        own = _read(run_limited(lambda: _plain(judge()), limits))
    except WorkerFailed as why:
        own = _lost(binding, files, str(why))
    findings, tenants, environments, rules = own
    mine = binding.repository
    repository = replace(
        mine,
        blocked_tenants={**tenants, **mine.blocked_tenants},
        blocked_environments={**environments, **mine.blocked_environments},
    )
    # Not what the base's waivers suspend: where the change takes such a waiver away, main would be red.
    known = set(binding.findings)
    return replace(
        binding,
        repository=repository,
        proposed=tuple(sorted(set(findings) - known)),
        rules=tuple(dict.fromkeys((*binding.rules, *rules, *RULES))),
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


def _read(said: Any) -> _Own:
    try:
        findings, tenants, environments, rules = said
        return (
            [_finding(one) for one in findings],
            {name: _finding(one) for name, one in tenants.items()},
            {name: _finding(one) for name, one in environments.items()},
            [str(rule) for rule in rules],
        )
    except (AttributeError, TypeError, ValueError):
        raise WorkerFailed("gave an answer that cannot be read") from None


def _finding(said: Any) -> Finding:
    path, line, column, rule, severity, message, fix = said
    return Finding(path, int(line), int(column), rule, Severity(severity), message, fix)


def _lost(binding: CheckResult, files: Iterable[FileChange], why: str) -> _Own:
    """One error that stops everything, at the first of the files that may be the cause."""
    suspects = sorted(file.path for file in files if file.path.startswith("policies/"))
    suspects = sorted(suspects, key=lambda path: path.startswith("policies/waivers/"))
    named = ", ".join(map(printable, suspects[:_NAMED]))
    more = f" and {len(suspects) - _NAMED} more" if len(suspects) > _NAMED else ""
    said = f"the judgement by what this change brings of its own ({named}{more}) {why}"
    fix = "look there for a pattern, reference, loop or range that grows without bound, and make it cheaper"
    found = error(RULES[0], printable(suspects[0]) if suspects else "policies", said, fix=fix)
    repository = binding.repository
    environments: Mapping[str, Any] = {**repository.environments, **repository.deployments}
    return [found], {}, dict.fromkeys(environments, found), []
