"""zizmor's answer as findings of rules of ours: which of its audits we ask, and of what."""

from collections.abc import Iterator, Mapping
from typing import Any

from mlplatform.core.finding import Finding, Severity
from mlplatform.providers.scan.checks.own_values import is_own
from mlplatform.providers.scan.checks.rights import SECRET
from mlplatform.providers.scan.checks.workflow import expressions, text, with_callers, workflow_of
from mlplatform.providers.scan.checks.zizmor_audits import AUDITS, BESIDES, NOT_ASKED, ZIZMOR_FAILED
from mlplatform.providers.scan.file_types import Sort, sort_of
from mlplatform.providers.scan.tree import Node

FIX = "tell the platform team: zizmor is of another version than the rules were written for"
CREDENTIALS = "artipacked"
INJECTION = "template-injection"


def zizmor_findings(
    answer: Mapping[str, Any], trees: Mapping[str, list[Node]], texts: Mapping[str, str]
) -> Iterator[Finding]:
    """Yield what an answer of worker/zizmor.py says of these files: what it found, and what it did not judge.

    An expression whose value the workflow makes itself is no injection.
    """
    workflows = with_callers(
        {
            path: workflow_of(path, trees[path][0])
            for path in texts
            if path in trees and sort_of(path) is Sort.WORKFLOW
        }
    )
    for path, why in sorted(answer["broken"].items()):
        yield ZIZMOR_FAILED.error(path, f"not judged: {why}", fix="write it as GitHub documents it")
    for record in answer["findings"]:
        audit, path = record["audit"], record["path"]
        if audit in NOT_ASKED or not (record["persona"] == "Regular" or audit in BESIDES):
            continue
        line, column = record["at"]
        workflow = workflows.get(path)
        if (
            audit == INJECTION
            and workflow
            and is_own(_expression(texts[path], line, column), workflow, record["job"])
        ):
            continue
        rule = AUDITS.get(audit)
        if rule is None:
            message = f"zizmor has an audit that no rule is about: {audit}: {record['about']}"
            yield ZIZMOR_FAILED.error(path, message, fix=FIX, at=(line, column))
        elif audit != CREDENTIALS or _has_rights(trees[path][0], record["job"]):
            make = rule.error if rule.severity is Severity.ERROR else rule.warning
            yield make(path, record["about"], fix=rule.fix, at=(line, column))


def _expression(text: str, line: int, column: int) -> str:
    """The expression that starts at a place; what goes on in another line is cut off, and then is nobody's own."""
    found, end, _ = text.split("\n")[line - 1][column - 1 :].partition("}}")
    return found.strip() if end else "unknown"


def _has_rights(root: Node, job: str) -> bool:
    """True when a job has what somebody could take: a token that writes, or a secret."""
    jobs = root.get("jobs")
    node = jobs.get(job) if jobs else None
    if node is None:
        return False  # a composite action, which has its caller's rights
    permissions = node.get("permissions") or root.get("permissions")
    levels = [level.text for _, level in permissions.values()] if permissions else []
    writes = permissions is None or text(permissions) == "write-all" or "write" in levels
    return writes or any(SECRET.search(expression) for expression, _ in expressions(node))
