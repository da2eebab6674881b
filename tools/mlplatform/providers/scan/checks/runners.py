"""CKV_MLP_23: a pull request's job runs on a machine that is thrown away, and no job has its machine's rights."""

import re
from collections.abc import Iterator

from mlplatform.core.finding import Finding
from mlplatform.providers.scan.checks.own import own_finding
from mlplatform.providers.scan.checks.workflow import Job, Workflow, text
from mlplatform.providers.scan.tree import Node

HOSTED = re.compile(r"(?:ubuntu|windows|macos)-[\w.-]+", re.IGNORECASE)
MATRIX = re.compile(r"\s*\$\{\{\s*matrix\.([\w-]+)\s*\}\}\s*")
OPENS = re.compile(
    r"--privileged|--cap-add|--device|--security-opt|--(?:pid|ipc|uts|userns|network|net|cgroupns)[=\s]+host"
    r"|(?:-v|--volume)[=\s]*['\"]?/|docker\.sock|(?:source|src)=/"
)
MOUNTS = re.compile(r"\s*/(?!github\b|__w\b|tmp/)[^:]*:")


def runners(workflow: Workflow) -> Iterator[Finding]:
    """Yield the jobs that run on a machine of ours what a pull request proposes, or have their machine's rights."""
    for job in workflow.jobs:
        runs_on = job.node.get("runs-on")
        if (workflow.is_proposed or "pull_request_target" in workflow.events) and runs_on is not None:
            for label in _labels(runs_on, job):
                if not HOSTED.fullmatch(label):
                    message = f"{job.id} runs on {label[:40]}, and keeps what a pull request leaves there"
                    yield own_finding("CKV_MLP_23", workflow.path, runs_on.at, message)
                    break
        for container in job.containers:
            yield from _rights(workflow.path, job, container)


def _labels(runs_on: Node, job: Job) -> Iterator[str]:
    """The labels that choose a job's machine; those of a literal matrix, one after the other."""
    if runs_on.entries is not None:
        yield f"the group {text(runs_on.get('group')) or text(runs_on.get('labels'))}"
        return
    for item in runs_on.list():
        match = MATRIX.fullmatch(text(item))
        matched = _of_matrix(match[1], job) if match else []
        yield from matched or [text(item)]


def _of_matrix(name: str, job: Job) -> list[str]:
    strategy = job.node.get("strategy")
    matrix = strategy.get("matrix") if strategy else None
    if matrix is None:
        return []
    included = matrix.get("include")
    listed = [matrix.get(name), *(entry.get(name) for entry in (included.items or () if included else ()))]
    return [text(value) for node in listed if node for value in node.list()]


def _rights(path: str, job: Job, container: Node) -> Iterator[Finding]:
    options, volumes = container.get("options"), container.get("volumes")
    if options is not None and (match := OPENS.search(text(options))):
        message = f"the container of {job.id} gets {match[0].strip()[:40]}, which reaches its machine"
        yield own_finding("CKV_MLP_23", path, options.at, message)
    for volume in volumes.list() if volumes else ():
        if MOUNTS.match(text(volume)):
            message = f"the container of {job.id} mounts {text(volume)[:40]} of its machine"
            yield own_finding("CKV_MLP_23", path, volume.at, message)
