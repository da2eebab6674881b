"""Values of `${{ }}` that a workflow makes itself: literal `env`, and what its own steps work out and hand on."""

import re

from mlplatform.providers.scan.checks.untrusted import STRING, WORD, is_safe
from mlplatform.providers.scan.checks.workflow import Workflow, expressions, text
from mlplatform.providers.scan.tree import Node

ENVIRONMENT = re.compile(r"env\.(\w+)")
OUTPUT = re.compile(r"steps\.([\w-]+)\.outputs\.([\w-]+)")
NEEDED = re.compile(r"needs\.([\w-]+)\.outputs\.([\w-]+)")
STATE = re.compile(r"(?:steps\.[\w-]+\.(?:outcome|conclusion)|needs\.[\w*-]+\.result)")
FUNCTIONS = frozenset(("format", "join", "contains", "startsWith", "endsWith", "toJSON", "fromJSON"))
# What a script can read that others wrote: messages, names of branches and tags, the event, the network.
OTHERS = re.compile(
    r"\b(?:gh|curl|wget|aws|az|gcloud|docker|read|jq|env|printenv)\b|/dev/|GITHUB_(?!OUTPUT\b|SHA\b|RUN_ID\b|RUN_NUMBER\b|WORKSPACE\b)\w+"
    r"|\bgit\b[^\n;|&]*\b(?:log|show|tag|branch|describe|for-each-ref|shortlog|rev-list|abbrev-ref|name-rev|symbolic-ref|ls-remote|cat-file|diff|status|notes|config)\b"
)
DEPTH = 8


def is_own(expression: str, workflow: Workflow, job: str, *, depth: int = DEPTH) -> bool:
    """True when nobody from outside writes anything that an expression in a step of a job stands for."""
    strategy = _job(workflow, job).get("strategy")
    is_literal = strategy is None or not any(expressions(strategy))
    if is_safe(expression, is_literal):
        return True
    bare = STRING.sub(" ", expression)
    if depth == 0 or "[" in bare or "*" in bare.replace("needs.*.result", ""):
        return False
    words = [re.sub(r"\s", "", word) for word in WORD.findall(bare)]
    return all(is_safe(word, is_literal) or _is_made_here(word, workflow, job, depth - 1) for word in words)


def _is_made_here(word: str, workflow: Workflow, job: str, depth: int) -> bool:
    if word in FUNCTIONS or STATE.fullmatch(word):
        return True
    if match := ENVIRONMENT.fullmatch(word):
        return _is_literal(match[1], workflow, job)
    if match := OUTPUT.fullmatch(word):
        return _is_worked_out(match[1], workflow, job, depth)
    if match := NEEDED.fullmatch(word):
        outputs = _job(workflow, match[1]).get("outputs")
        value = outputs.get(match[2]) if outputs else None
        return value is not None and all(
            is_own(expression, workflow, match[1], depth=depth) for expression, _ in expressions(value)
        )
    return False


def _is_literal(name: str, workflow: Workflow, job: str) -> bool:
    """True when every `env` that names a variable writes its value out, and no step sets it on the way."""
    node = _job(workflow, job)
    steps = _steps(node)
    written = [
        value
        for holder in (workflow.root, node, *steps)
        if (env := holder.get("env")) and (value := env.get(name))
    ]
    is_set = any(
        "GITHUB_ENV" in text(step.get("run")) or "GITHUB_ENV" in text(step.get("uses")) for step in steps
    )
    return bool(written) and not is_set and not any(any(expressions(value)) for value in written)


def _is_worked_out(identifier: str, workflow: Workflow, job: str, depth: int) -> bool:
    """True when a step is a script of this workflow that reads nothing which others wrote."""
    if workflow.is_privileged:
        return False
    node = _job(workflow, job)
    found = [step for step in _steps(node) if text(step.get("id")) == identifier]
    if len(found) != 1 or found[0].get("run") is None:
        return False
    script = found[0].get("run")
    read = [script, *_variables(text(script), (workflow.root, node, found[0]))]
    return not OTHERS.search(text(script)) and all(
        is_own(expression, workflow, job, depth=depth)
        for value in read
        if value
        for expression, _ in expressions(value)
    )


def _variables(script: str, holders: tuple[Node, ...]) -> list[Node]:
    """The values of the variables that a script names."""
    environments = [env for holder in holders if (env := holder.get("env"))]
    return [
        value
        for env in environments
        for name, value in env.values()
        if re.search(rf"\b{re.escape(name)}\b", script)
    ]


def _job(workflow: Workflow, name: str) -> Node:
    return next((job.node for job in workflow.jobs if job.id == name), Node((1, 1)))


def _steps(job: Node) -> tuple[Node, ...]:
    steps = job.get("steps")
    return (steps.items or ()) if steps else ()
