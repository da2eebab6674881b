"""Our checks of GitHub workflows and composite actions: CKV_MLP_1 to CKV_MLP_6."""

from collections.abc import Iterator, Mapping

from mlplatform.core.finding import Finding
from mlplatform.providers.scan.checks.rights import given_secrets, skippable, writes
from mlplatform.providers.scan.checks.untrusted import heads, injections, unpinned
from mlplatform.providers.scan.checks.workflow import Workflow, expressions, with_callers, workflow_of
from mlplatform.providers.scan.tree import Node


def judge_workflows(roots: Mapping[str, Node]) -> Iterator[Finding]:
    """What our checks refuse in the workflows of a repository; one that others call runs on their events too."""
    workflows = with_callers({path: workflow_of(path, root) for path, root in roots.items()})
    for path in sorted(workflows):
        yield from _judge(path, workflows[path])


def judge_action(path: str, root: Node) -> Iterator[Finding]:
    """What our checks refuse in a composite action."""
    runs = root.get("runs")
    steps = runs.get("steps") if runs else None
    inner = (steps.items or ()) if steps else ()
    yield from injections(path, inner, matrix_is_literal=False)
    yield from unpinned(path, iter(inner))


def _judge(path: str, workflow: Workflow) -> Iterator[Finding]:
    yield from heads(workflow)
    for job in workflow.jobs:
        yield from injections(path, job.steps, matrix_is_literal=_is_literal(job.node.get("strategy")))
    yield from unpinned(path, _users(workflow))
    yield from writes(workflow)
    yield from skippable(workflow)
    yield from given_secrets(workflow)


def _users(workflow: Workflow) -> Iterator[Node]:
    for job in workflow.jobs:
        yield job.node
        yield from job.steps


def _is_literal(strategy: Node | None) -> bool:
    return strategy is None or not any(expressions(strategy))
