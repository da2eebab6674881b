"""Prints a proposal: its branch, and the result of its check."""

from collections.abc import Iterator
from typing import Any

from mlplatform.check.schema import SCHEMA_PLACEHOLDER
from mlplatform.core.check_result import CheckResult
from mlplatform.core.pull_request import PullRequest
from mlplatform.propose.branch import Proposed
from mlplatform.report.check.json import checked_json
from mlplatform.report.check.markdown import checked_markdown
from mlplatform.report.check.markdown.escaping import prose
from mlplatform.report.check.summary import errors_first, missing, proposed, some
from mlplatform.report.check.text import finding_text
from mlplatform.report.plain import counted, one_line


def proposed_text(
    branch: Proposed,
    title: str,
    environment: str = "",
    checked: CheckResult | None = None,
    base: str = "main",
    opened: PullRequest | None = None,
    *,
    is_signed: bool = False,
) -> str:
    """Where the proposal is, what the check says of it, and what comes next.

    `environment` is the one that it changes, if any; `is_signed` says that its reviews are signed on the command line.
    """
    lines = [
        title,
        f"  commit {branch.commit[:12]} on branch {branch.branch}, for review{_reused(branch)}",
        *([f"  pull request {opened.name}{f': {opened.url}' if opened.url else ''}"] if opened else []),
        *(_check_lines(checked, branch.branch, base) if checked else ()),
    ]
    if is_signed and checked and checked.is_clean:
        if checked.missing_approvals:
            lines.append(f"  each of them: platform review {branch.branch} --approve")
        lines.append(f"  then: platform merge {branch.branch}")
    if environment and (checked is None or checked.is_clean):
        on_host = opened is not None and opened.number is not None
        apply = "the workflow `reconcile` applies it" if on_host else f"platform apply --env {environment}"
        lines.append(f"  once it is merged: {apply}")
    return "\n".join(lines)


def proposed_json(
    branch: Proposed, title: str, checked: CheckResult, opened: PullRequest | None = None
) -> dict[str, Any]:
    """The branch, its commit, and the whole result of the check."""
    return {
        "branch": branch.branch,
        "title": title,
        "commit": branch.commit,
        "reused": branch.reused,
        "check": checked_json(checked),
        "pullRequest": {"name": opened.name, "url": opened.url} if opened else None,
    }


def pull_request_body(message: str, checked: CheckResult) -> str:
    """What a pull request says: the reason that the commit gives, and the report of the check."""
    _, _, reason = message.partition("\n\n")
    reasons = [prose(line) for line in reason.strip().split("\n") if line.strip()]
    return "\n\n".join([*reasons, checked_markdown(checked)])


def _check_lines(checked: CheckResult, branch: str, base: str) -> Iterator[str]:
    findings = errors_first({*checked.findings, *proposed(checked)})
    if any(finding.rule == SCHEMA_PLACEHOLDER.id for finding in findings):
        errors = counted(sum(finding.is_error for finding in findings), "error")
        yield f"  it holds placeholders to replace before review; until then the check denies it ({errors}):"
        yield f"    platform check --base {base} --head {branch}"
        return
    if not checked.is_clean:
        yield "  the check denies it:"
    for finding in findings:
        yield from (f"    {line}" for line in finding_text(finding).split("\n"))
    for message, paths in missing(checked).items():
        yield f"  still needs review: {one_line(message)} ({some(paths)})"


def _reused(branch: Proposed) -> str:
    if not branch.reused:
        return ""
    kept = f", and keeps its message: first `git branch -D {branch.branch}` for another"
    return f" (it was there already{kept if branch.keeps_message else ''})"
