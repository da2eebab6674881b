"""Our checks of GitHub workflows and composite actions, beside zizmor's."""

from collections.abc import Iterable, Iterator, Mapping
from functools import partial

from mlplatform.core.finding import Finding
from mlplatform.providers.scan.checks.downloads import runs_download
from mlplatform.providers.scan.checks.handed import handed_on
from mlplatform.providers.scan.checks.judged_base import other_base
from mlplatform.providers.scan.checks.obeyed import obeyed
from mlplatform.providers.scan.checks.own import own_finding
from mlplatform.providers.scan.checks.own_values import is_own
from mlplatform.providers.scan.checks.privileged import oversteps
from mlplatform.providers.scan.checks.rights import given_secrets, skippable, writes
from mlplatform.providers.scan.checks.runners import runners
from mlplatform.providers.scan.checks.silenced import silenced
from mlplatform.providers.scan.checks.untrusted import (
    checkouts,
    heads,
    injections,
    is_safe,
    odd_pins,
)
from mlplatform.providers.scan.checks.workflow import Workflow, expressions, text, with_callers, workflow_of
from mlplatform.providers.scan.tree import Node


def judge_workflows(roots: Mapping[str, Node]) -> Iterator[Finding]:
    """Yield what our checks refuse in the workflows of a repository; one that others call runs on their events too."""
    workflows = with_callers({path: workflow_of(path, root) for path, root in roots.items()})
    for path in sorted(workflows):
        yield from _judge(path, workflows[path])


def judge_action(path: str, root: Node) -> Iterator[Finding]:
    """Yield what our checks refuse in an action: a composite one, or one in an image."""
    runs = root.get("runs")
    steps = runs.get("steps") if runs else None
    inner = (steps.items or ()) if steps else ()
    yield from checkouts(path, inner, root)
    yield from injections(path, inner, matrix_is_literal=False)
    yield from handed_on(path, inner, ())
    yield from obeyed(path, inner, is_safe)
    yield from _downloads(path, inner)
    yield from odd_pins(path, [*(step.get("uses") for step in inner), runs.get("image") if runs else None])


def _judge(path: str, workflow: Workflow) -> Iterator[Finding]:
    taken = list(heads(workflow))
    yield from taken
    yield from oversteps(workflow, {(finding.line, finding.column) for finding in taken})
    yield from runners(workflow)
    yield from other_base(workflow)
    for job in workflow.jobs:
        is_trusted = partial(is_own, workflow=workflow, job=job.id)
        yield from obeyed(path, (workflow.root, job.node, *job.steps, *job.containers), is_trusted)
        yield from _downloads(path, job.steps)
        written = (*job.steps, *job.containers, *_defaults(workflow.root), *_defaults(job.node))
        yield from injections(
            path, written, matrix_is_literal=_is_literal(job.node.get("strategy")), is_trusted=is_trusted
        )
        yield from handed_on(path, job.steps, (workflow.root, job.node))
    yield from odd_pins(path, _used(workflow))
    yield from writes(workflow)
    yield from skippable(workflow)
    yield from silenced(workflow)
    yield from given_secrets(workflow)


def _downloads(path: str, steps: Iterable[Node]) -> Iterator[Finding]:
    for step in steps:
        run = step.get("run")
        if run is not None and (what := runs_download(text(run))):
            yield own_finding("CKV_MLP_21", path, run.at, what[:80])


def _used(workflow: Workflow) -> Iterator[Node | None]:
    for job in workflow.jobs:
        yield job.node.get("uses")
        yield from (step.get("uses") for step in job.steps)


def _defaults(holder: Node) -> Iterator[Node]:
    """Return the mapping that holds the default shell of steps that name none."""
    defaults = holder.get("defaults")
    if run := defaults.get("run") if defaults else None:
        yield run


def _is_literal(strategy: Node | None) -> bool:
    return strategy is None or not any(expressions(strategy))
