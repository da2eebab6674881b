"""CKV_MLP_1 to CKV_MLP_3: nothing that an outsider writes is executed, where zizmor does not look."""

import re
from collections.abc import Callable, Iterable, Iterator

from mlplatform.core.finding import Finding
from mlplatform.providers.scan.checks.own import own_finding
from mlplatform.providers.scan.checks.workflow import Workflow, expressions, text
from mlplatform.providers.scan.tree import Node

HEAD = re.compile(
    r"pull_request\s*\.\s*head|github\.head_ref|workflow_run\s*\.\s*head|head_sha|head_branch|head_repository|GITHUB_HEAD_REF"
    r"|refs/pulls?/|pulls?/.{0,40}/(?:head|merge)|merge_commit_sha|FETCH_HEAD",
    re.IGNORECASE,
)
TAKES = re.compile(
    r"\bgh\s+pr\s+checkout|\bgit\b[^\n;|&]*\b(?:checkout|switch|worktree|merge(?!-(?:base|tree)\b)|pull|reset|restore|read-tree|clone"
    r"|rebase|cherry-pick|apply|am)\b|\bgh\s+repo\s+clone|/codeload\.|/archive/|/tarball/|/zipball/"
)
# Inputs that say what an action takes; GitHub does not tell capitals from small letters in their names.
TAKEN = frozenset(("ref", "repository"))
# Inputs whose values are code, by any name that says so.
SCRIPTS = re.compile(
    r"(?<!de)(?<!sub)(?<!tran)script|(?<!dry-)run(?!-?(?:id|name)|ner|time)|cmd|command|code(?!cov|ql)|arg|exec|inline|eval"
    r"|entrypoint|shell|options|expression",
    re.IGNORECASE,
)

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
PIN = re.compile(r"@(?:sha256:|[0-9A-Fa-f]{40})")
PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}|docker://[^@\s]+@sha256:[0-9a-f]{64}")


def heads(workflow: Workflow) -> Iterator[Finding]:
    """CKV_MLP_1: what runs with the base branch's rights does not check out the head."""
    if not workflow.is_privileged:
        return
    for job in workflow.jobs:
        yield from checkouts(workflow.path, (job.node, *job.steps), workflow.root)


def checkouts(path: str, users: Iterable[Node], root: Node) -> Iterator[Finding]:
    """CKV_MLP_1: no step or called workflow takes the head; what a script takes may be named anywhere in `root`."""
    names_head = any(HEAD.search(scalar.text or "") for scalar in root.scalars())
    for user in users:
        uses, given, run = text(user.get("uses")), user.get("with"), user.get("run")
        for name, value in given.values() if given else ():
            expression = value.text or ""
            is_open = "${{" in expression and "checkout" in uses.lower()
            if name.lower() in TAKEN and (is_open or HEAD.search(expression)):
                yield own_finding("CKV_MLP_1", path, value.at, f"{uses} takes {expression[:60]}")
        script = text(run).replace("\\\n", " ")
        if run and ("gh pr checkout" in script or (names_head and TAKES.search(script))):
            yield own_finding("CKV_MLP_1", path, run.at, "a script checks out what the pull request proposes")


def injections(
    path: str,
    steps: tuple[Node, ...],
    *,
    matrix_is_literal: bool = True,
    is_trusted: Callable[[str], bool] | None = None,
) -> Iterator[Finding]:
    """CKV_MLP_2: no `${{ }}` that others can write stands in what is executed; zizmor judges `run`.

    `is_trusted` says of other expressions whether the workflow makes their values itself.
    """
    for step in steps:
        given = step.get("with")
        scripts = [step.get("shell"), step.get("options")]
        scripts += [value for key, value in given.values() if SCRIPTS.search(key)] if given else []
        for script in filter(None, scripts):
            for expression, at in expressions(script):
                if not is_safe(expression, matrix_is_literal) and not (
                    is_trusted and matrix_is_literal and is_trusted(expression)
                ):
                    yield own_finding("CKV_MLP_2", path, at, f"a script holds ${{{{ {expression[:80]} }}}}")


def odd_pins(path: str, used: Iterable[Node | None]) -> Iterator[Finding]:
    """CKV_MLP_3: what looks like a commit or a digest is one, which zizmor takes for granted."""
    for uses in used:
        written = text(uses)
        if uses is not None and PIN.search(written) and not PINNED.fullmatch(written):
            yield own_finding("CKV_MLP_3", path, uses.at, f"{written[:80]} is neither")


def is_safe(expression: str, matrix_is_literal: bool = True) -> bool:
    """True when nobody from outside writes anything that an expression stands for."""
    bare = STRING.sub(" ", expression)
    if "[" in bare:
        return False
    words = [re.sub(r"\s", "", word) for word in WORD.findall(bare)]
    return all(
        SAFE.fullmatch(word) and (matrix_is_literal or not word.startswith("matrix")) for word in words
    )
