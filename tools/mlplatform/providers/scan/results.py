"""Checkov's answer as findings, and the proof that it looked at every file it was given."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from mlplatform.core.finding import Finding, error
from mlplatform.providers.scan import text_guard
from mlplatform.providers.scan.checks.catalogue import OWN
from mlplatform.providers.scan.checks.own import own_finding
from mlplatform.providers.scan.file_types import Sort, sort_of
from mlplatform.providers.scan.format_checks import expand
from mlplatform.providers.scan.process import ScanAnswer
from mlplatform.providers.scan.tree import Node
from mlplatform.providers.scan.zizmor import zizmor_findings

# Checks of Checkov's that we do not ask, and why. Anything else is waived in policies/waivers/.
NOT_ASKED = {
    "CKV_AWS_144": "replication to another region: data stay in the region that their document names",
    "CKV2_AWS_62": "event notifications of buckets guard nothing by themselves",
    "CKV_TF_1": "modules come from this repository: CKV_MLP_10",
    "CKV_TF_2": "modules come from this repository: CKV_MLP_10",
}
# Kinds that start nothing, and that Checkov has no check for.
HARMLESS = (
    "Namespace ConfigMap Service ServiceAccount ResourceQuota LimitRange NetworkPolicy PodDisruptionBudget "
    "HorizontalPodAutoscaler PersistentVolumeClaim StorageClass PriorityClass Secret Role RoleBinding Ingress"
)
_OF_MANY = (Sort.TERRAFORM, Sort.KUBERNETES, Sort.DATA)  # files of many resources, each with a name
FIX = "tell the platform team: Checkov itself stumbled over this pull request"
# What Checkov says of a module that is not here, which is a finding already.
MODULES = "CKV_MLP_10"
NO_MODULE = re.compile(r"Unable to load module|Failed to download module|Module \S+ failed to load")
KEY = re.compile(r"[A-Za-z_][\w-]*")

Folders = Mapping[str, Mapping[str, str]]


def findings(answer: ScanAnswer, folders: Folders, trees: Mapping[str, list[Node]]) -> Iterator[Finding]:
    """The findings of an answer about these texts: what failed, and whatever was not judged."""
    everything = {path: text for group in folders.values() for path, text in group.items()}
    yield from _troubles(answer, everything)
    for path, why in sorted(answer.broken.items()):
        yield text_guard.failed(path, why, "correct it")
    for record in answer.skipped:
        yield text_guard.skipped(record["path"], f"{record['check']} is left out", _place(record, everything))
    for record in answer.failed:
        if record["check"] not in NOT_ASKED:
            yield _failed(record, everything)
    yield from zizmor_findings(answer.zizmor, trees, folders.get("zizmor", {}))
    yield from _uncovered(answer, folders, trees)
    yield from _unknown_kinds(answer, trees)


def _troubles(answer: ScanAnswer, everything: Mapping[str, str]) -> Iterator[Finding]:
    """Yield a finding for each forbidden attempt or warning of Checkov: a check may not have run."""
    outside = sorted(record["path"] for record in answer.failed if record["check"] == MODULES)
    for what in dict.fromkeys(answer.refused):
        message = f"Checkov tried to leave the files it judges: {what}"
        yield text_guard.failed(_blamed(what, everything, outside), message, "look at the sources of modules")
    for what in dict.fromkeys(answer.complaints):
        if not (outside and NO_MODULE.search(what)):
            yield text_guard.failed(_blamed(what, everything, outside), f"Checkov says: {what}", FIX)


def _blamed(what: str, everything: Mapping[str, str], likely: list[str]) -> str:
    """The file that a sentence of Checkov's is about, else one that is likely, else any of the scan."""
    named = max((path for path in everything if path in what), key=len, default="")
    return named or next(iter(likely), min(everything))


def _failed(record: Mapping[str, Any], everything: Mapping[str, str]) -> Finding:
    check, path = record["check"], record["path"]
    resource = record["resource"].removeprefix(f"/{path}").lstrip(".")
    subject = resource if sort_of(path) in _OF_MANY else ""
    if check in OWN:
        details = f"{record['name']} ({record['resource']})"
        return replace(own_finding(check, path, _place(record, everything), details), subject=subject)
    message = f"{record['name']} ({resource})" if resource else str(record["name"])
    fix = f"see `platform explain {check}`"
    return replace(error(check, path, message, fix=fix, at=_place(record, everything)), subject=subject)


def _place(record: Mapping[str, Any], everything: Mapping[str, str]) -> tuple[int, int]:
    """The line of an attribute that the check looked at, else where the resource starts."""
    lines = _lines(everything.get(record["path"], ""))
    start = min(max(1, record["lines"][0]), max(1, len(lines)))
    end = min(max(start, record["lines"][1]), len(lines))
    for key in record["keys"]:
        names = [name for name in KEY.findall(key) if name != "resource_type"]
        for name in reversed(names):
            attribute = re.compile(rf"""\s*(?:-\s+)?["']?{re.escape(name)}["']?\s*[:={{]""")
            for number in range(start, end + 1):
                if attribute.match(lines[number - 1]):
                    return number, 1
    return start, 1


@lru_cache(maxsize=16)
def _lines(text: str) -> list[str]:
    return text.split("\n")


def _uncovered(answer: ScanAnswer, folders: Folders, trees: Mapping[str, list[Node]]) -> Iterator[Finding]:
    fix = "see that the file is what its name says, and that Terraform, Kubernetes, GitHub or Docker would take it"
    for sort in (Sort.TERRAFORM, Sort.KUBERNETES, Sort.WORKFLOW, Sort.DOCKERFILE):
        seen = answer.seen.get(sort.value, ())
        for path in folders.get(sort.value, ()):
            if path in answer.broken:
                continue
            expected = _manifests(trees[path]) if sort is Sort.KUBERNETES else 1
            if expected and (path not in seen or (sort is Sort.KUBERNETES and seen[path] != expected)):
                yield text_guard.failed(path, "Checkov left out the file, or part of it", fix)


def _manifests(documents: list[Node]) -> int:
    return sum(len(expand(document)) for document in documents if document.text != "")


def _unknown_kinds(answer: ScanAnswer, trees: Mapping[str, list[Node]]) -> Iterator[Finding]:
    for item in answer.unjudged:
        path, kind = item["path"], item["resource"].split(".")[0]
        if kind in HARMLESS.split():
            continue
        for document in trees.get(path, ()):
            for manifest in expand(document):
                node = manifest.get("kind")
                if node is not None and node.text == kind:
                    yield own_finding("CKV_MLP_11", path, node.at, kind)
