"""CKV_MLP_5 once more: the step that judges a pull request runs, and its answer counts."""

import re
from collections.abc import Iterator

from mlplatform.core.finding import Finding
from mlplatform.providers.scan.checks.own import own_finding
from mlplatform.providers.scan.checks.workflow import Workflow, text
from mlplatform.providers.scan.tree import Node

JUDGES = re.compile(r"\b(?:platform|mlplatform(?:\.cli)?)[\"']?\s+check\b")
ALWAYS = re.compile(r"(?:\$\{\{\s*)?(?:always|success|!\s*cancelled)\(\)(?:\s*\}\})?")
# An exit status that is dropped: by what stands behind the command, before it, or anywhere in the script.
BEHIND = re.compile(r"\||(?<![>&])&(?![&>\d])|;\s*(?:true|:|exit)\b")
BEFORE = re.compile(r"^\s*(?:!|if\b|elif\b|while\b|until\b|\w+=\S*\$\(|echo\b|printf\b)|\$\(|\|\|")
ANYWHERE = re.compile(
    r"\bset\s+\+\w*e|\bset\s+\+o\s+errexit|\bexit\s+0\b|\btrap\b|(?:^|[;&|])\s*(?:exit|return)\s*(?:$|[;&|])",
    re.MULTILINE,
)


def silenced(workflow: Workflow) -> Iterator[Finding]:
    """Steps with `platform check` that are skipped by a condition, or end green whatever it finds."""
    if not workflow.is_gate:
        return
    for job in workflow.jobs:
        for step in job.steps:
            run = step.get("run")
            if run is not None and JUDGES.search(text(run)) and (how := _how(step, text(run))):
                yield own_finding(
                    "CKV_MLP_5", workflow.path, step.at, f"{job.id} is green whatever this finds: {how}"
                )


def _how(step: Node, script: str) -> str:
    condition = step.get("if")
    if condition is not None and not ALWAYS.fullmatch(text(condition).strip()):
        return f"it runs only if {text(condition)[:60]}"
    shell = text(step.get("shell"))
    if shell not in ("", "bash", "sh") and "-e" not in shell:
        return f"its shell is {shell[:40]}"
    if match := ANYWHERE.search(script):
        return match[0].strip()[:40]
    for line in script.replace("\\\n", " ").split("\n"):
        if judges := JUDGES.search(line):
            before, behind = line[: judges.start()], line[judges.end() :]
            if match := BEFORE.search(before) or BEHIND.search(behind):
                return f"`{match[0].strip()[:20]}` drops its exit status"
    return ""
