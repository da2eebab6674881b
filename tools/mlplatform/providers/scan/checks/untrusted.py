"""CKV_MLP_1 to CKV_MLP_3: nothing that an outsider writes is executed."""

import re
from collections.abc import Iterator

from mlplatform.core.finding import Finding
from mlplatform.providers.scan.checks.own import found
from mlplatform.providers.scan.checks.workflow import Workflow, expressions, text
from mlplatform.providers.scan.tree import Node

HEAD = re.compile(
    r"pull_request\s*\.\s*head|github\.head_ref|workflow_run\s*\.\s*head|head_sha|head_branch|head_repository|GITHUB_HEAD_REF"
    r"|refs/pull/|pull/.{0,40}/(?:head|merge)|merge_commit_sha|FETCH_HEAD",
    re.IGNORECASE,
)
TAKES = re.compile(
    r"\bgh\s+pr\s+checkout|\bgit\b[^\n;|&]*\b(?:checkout|switch|worktree|merge|pull|reset|restore|read-tree|clone"
    r"|rebase|cherry-pick|apply|am)\b"
)
SCRIPTS = frozenset(("script", "run", "cmd", "command", "commands", "args", "entrypoint", "shell", "inline"))

# Everything else reaches a script through `env:`, where no shell reads it as code.
SAFE = re.compile(
    r"github\.(?:sha|run_id|run_number|run_attempt|repository|repository_id|repository_owner|repository_owner_id|workspace"
    r"|action_path|event_name|actor_id|api_url|server_url|graphql_url|job|token|retention_days|workflow_sha)"
    r"|github\.event\.(?:number|before|after|pull_request\.number|issue\.number|pull_request\.(?:head|base)\.sha"
    r"|workflow_run\.(?:id|head_sha|run_number))"
    r"|runner\.(?:os|arch|temp|tool_cache|name)|secrets\.\w+|strategy\.[\w-]+|job\.status|vars\.\w+|matrix\.[\w.-]+"
    r"|hashFiles|always|success|failure|cancelled|true|false|null",
)
STRING = re.compile(r"'(?:[^']|'')*'")
WORD = re.compile(r"[A-Za-z_][\w-]*(?:\s*\.\s*[\w*-]+)*")
PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}|docker://[^@\s]+@sha256:[0-9a-f]{64}|\./[^\s@]*")


def heads(workflow: Workflow) -> Iterator[Finding]:
    """CKV_MLP_1: what runs with the base branch's rights does not check out the head."""
    if not workflow.is_privileged:
        return
    for step in (step for job in workflow.jobs for step in job.steps):
        uses, given = text(step.get("uses")), step.get("with")
        scalars = list(step.scalars())
        mentions = next((scalar for scalar in scalars if HEAD.search(scalar.text or "")), None)
        if "checkout" in uses.lower() and given and (ref := given.get("ref") or given.get("repository")):
            if HEAD.search(ref.text or "") or "${{" in (ref.text or ""):
                yield found("CKV_MLP_1", workflow.path, ref.at, f"{uses} takes {(ref.text or '')[:60]}")
        elif (run := step.get("run")) and TAKES.search(run.text or ""):
            takes_head = mentions or "gh pr checkout" in (run.text or "") or _mentions_head(workflow)
            if takes_head:
                yield found(
                    "CKV_MLP_1", workflow.path, run.at, "a script checks out what the pull request proposes"
                )


def injections(path: str, steps: tuple[Node, ...], *, matrix_is_literal: bool = True) -> Iterator[Finding]:
    """CKV_MLP_2: no `${{ }}` that others can write stands in a script."""
    for step in steps:
        given = step.get("with")
        scripts = [step.get("run"), step.get("shell")]
        scripts += [value for key, value in given.values() if key.lower() in SCRIPTS] if given else []
        for script in filter(None, scripts):
            for expression, at in expressions(script):
                if not _is_safe(expression, matrix_is_literal):
                    yield found("CKV_MLP_2", path, at, f"a script holds ${{{{ {expression[:80]} }}}}")


def unpinned(path: str, users: Iterator[Node]) -> Iterator[Finding]:
    """CKV_MLP_3: every action and reusable workflow is pinned to a full commit or digest."""
    for user in users:
        uses = user.get("uses")
        if uses is not None and not PINNED.fullmatch(uses.text or ""):
            yield found("CKV_MLP_3", path, uses.at, f"{(uses.text or '')[:80]} is not pinned to a commit")


def _mentions_head(workflow: Workflow) -> bool:
    return any(HEAD.search(scalar.text or "") for scalar in workflow.root.scalars())


def _is_safe(expression: str, matrix_is_literal: bool) -> bool:
    bare = STRING.sub(" ", expression)
    if "[" in bare:
        return False
    words = [re.sub(r"\s", "", word) for word in WORD.findall(bare)]
    return all(
        SAFE.fullmatch(word) and (matrix_is_literal or not word.startswith("matrix")) for word in words
    )
