"""CKV_MLP_4 to CKV_MLP_6: a pull request's jobs have no rights to take, and cannot be green by not running."""

import re
from collections.abc import Iterator

from mlplatform.core.finding import Finding
from mlplatform.providers.scan.checks.own import own_finding
from mlplatform.providers.scan.checks.workflow import Job, Workflow, expressions, text
from mlplatform.providers.scan.tree import Node

# Harmless to whoever proposes: an upload of findings.
ALLOWED = frozenset(("security-events",))
# What answering an outsider needs, when the code that runs is the base branch's.
ANSWERS = ALLOWED | {"pull-requests", "issues", "checks", "statuses", "discussions"}
ALWAYS = re.compile(r"(?:\$\{\{\s*)?always\(\)(?:\s*\}\})?")
RESULTS = re.compile(r"needs\.[\w*-]+\.result|toJSON\(\s*needs\s*\)", re.IGNORECASE)
FILTERS = ("paths", "paths-ignore")
SECRET = re.compile(r"\bsecrets\b(?!\s*\.\s*GITHUB_TOKEN\b)", re.IGNORECASE)


def writes(workflow: Workflow) -> Iterator[Finding]:
    """CKV_MLP_4: the token of a pull request's job only reads; zizmor asks that permissions are said."""
    if not workflow.is_proposed and not workflow.is_privileged:
        return
    allowed = ALLOWED if workflow.is_proposed else ANSWERS
    shared = workflow.root.get("permissions")
    for job in workflow.jobs:
        permissions = job.node.get("permissions") or shared
        if permissions is not None and permissions.text not in (None, "read-all"):
            yield own_finding("CKV_MLP_4", workflow.path, permissions.at, f"{job.id} may write everything")
        for scope, level in permissions.values() if permissions else ():
            if level.text not in ("read", "none") and scope not in allowed:
                yield own_finding("CKV_MLP_4", workflow.path, level.at, f"{job.id} may write {scope}")


def skippable(workflow: Workflow) -> Iterator[Finding]:
    """CKV_MLP_5: a job that a merge waits for always runs, and fails when it should."""
    if not workflow.is_gate:
        return
    for event, filters in workflow.events.items():
        for key, value in filters.values() if filters else ():
            if key in FILTERS:
                yield own_finding("CKV_MLP_5", workflow.path, value.at, f"{event} is filtered by {key}")
    for job in workflow.jobs:
        yield from _skips(workflow.path, job)


def given_secrets(workflow: Workflow) -> Iterator[Finding]:
    """CKV_MLP_6: a pull request's job is given no secret; zizmor refuses to hand on all of them."""
    if not workflow.is_proposed:
        return
    for expression, at in expressions(workflow.root):
        if SECRET.search(expression):
            yield own_finding("CKV_MLP_6", workflow.path, at, f"${{{{ {expression[:60]} }}}}")


def _skips(path: str, job: Job) -> Iterator[Finding]:
    condition = job.node.get("if")
    always = condition is not None and bool(ALWAYS.fullmatch(text(condition).strip()))
    if condition is not None and not always:
        yield own_finding("CKV_MLP_5", path, condition.at, f"{job.id} runs only if {text(condition)[:60]}")
    if (needs := job.node.get("needs")) is not None and not (always and _reads_results(job.node)):
        message = f"{job.id} is skipped, and green, when a job that it needs fails"
        yield own_finding("CKV_MLP_5", path, needs.at, message)
    for holder in (job.node, *job.steps):
        goes_on = holder.get("continue-on-error")
        if goes_on is not None and text(goes_on) != "false":
            yield own_finding("CKV_MLP_5", path, goes_on.at, f"{job.id} is green when this fails")


def _reads_results(node: Node) -> bool:
    return any(RESULTS.search(scalar.text or "") for scalar in node.scalars())
