"""The parts of a GitHub workflow or composite action that our checks read."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from mlplatform.providers.scan.tree import Node

# Run the pull request's own code, with what the workflow gives it.
PROPOSED = frozenset(("pull_request", "pull_request_review", "pull_request_review_comment", "merge_group"))
# Started by what an outsider does, run with the base branch's rights.
PRIVILEGED = frozenset(
    (
        "pull_request_target",
        "workflow_run",
        "issue_comment",
        "issues",
        "discussion",
        "discussion_comment",
        "fork",
        "check_run",
        "check_suite",
        "status",
        "gollum",
    )
)
GATES = frozenset(("pull_request", "pull_request_target", "merge_group"))

# Braces in a text of an expression do not end it.
EXPRESSION = re.compile(r"\$\{\{((?:'[^']*'|(?!\}\}).)*)(?:\}\}|$)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Job:
    """A job by its id."""

    id: str
    at: tuple[int, int]
    node: Node

    @property
    def steps(self) -> tuple[Node, ...]:
        steps = self.node.get("steps")
        return (steps.items or ()) if steps else ()

    @property
    def containers(self) -> tuple[Node, ...]:
        """Return its container and those of its services: each an image, or a mapping with `image`."""
        own, services = self.node.get("container"), self.node.get("services")
        service_images = [node for _, node in services.values()] if services else []
        return (*([own] if own else []), *service_images)


@dataclass(frozen=True, slots=True)
class Workflow:
    """A workflow: the events that start it, with their filters, and its jobs."""

    path: str
    root: Node
    events: dict[str, Node | None]
    jobs: tuple[Job, ...]

    @property
    def is_proposed(self) -> bool:
        """True when it runs what a pull request proposes."""
        return bool(PROPOSED & set(self.events))

    @property
    def is_privileged(self) -> bool:
        """True when an outsider can start it with the base branch's rights."""
        return bool(PRIVILEGED & set(self.events))

    @property
    def is_gate(self) -> bool:
        """True when a merge may wait for its jobs."""
        return bool(GATES & set(self.events))


def workflow_of(path: str, root: Node) -> Workflow:
    """A workflow, as far as the tree is one."""
    jobs = root.get("jobs")
    entries = (jobs.entries or {}) if jobs else {}
    return Workflow(
        path,
        root,
        _events(root.get("on")),
        tuple(Job(name, key.at, job) for name, (key, job) in entries.items()),
    )


def with_callers(workflows: Mapping[str, Workflow]) -> dict[str, Workflow]:
    """The same workflows, each started by the events of those in the repository that call it as well."""
    by_path = dict(workflows)
    waiting = list(by_path)
    while waiting:
        caller = by_path[waiting.pop()]
        for job in caller.jobs:
            called = text(job.node.get("uses")).removeprefix("./")
            if called in by_path and not caller.events.keys() <= by_path[called].events.keys():
                events = {**dict.fromkeys(caller.events), **by_path[called].events}
                by_path[called] = replace(by_path[called], events=events)
                waiting.append(called)
    return by_path


def expressions(node: Node) -> Iterator[tuple[str, tuple[int, int]]]:
    """Every `${{ … }}` below a node, with the place of the value that holds it."""
    for scalar in node.scalars():
        for match in EXPRESSION.finditer(scalar.text or ""):
            yield match[1].strip(), scalar.at


def text(node: Node | None) -> str:
    """A scalar's text; empty for anything else."""
    return (node.text or "") if node else ""


def _events(on: Node | None) -> dict[str, Node | None]:
    if on is None:
        return {}
    if on.entries is not None:
        return dict(on.values())
    return {item.text: None for item in on.list() if item.text}
