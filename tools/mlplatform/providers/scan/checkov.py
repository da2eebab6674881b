"""Checkov over the repository's infrastructure, so that nothing in it can talk the scan round."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mlplatform.core.finding import Finding, Severity, error
from mlplatform.core.rule import Rule
from mlplatform.providers.scan import format_checks, process, results, text_guard
from mlplatform.providers.scan.checks.catalogue import OWN, SCANNER
from mlplatform.providers.scan.checks.downloads import runs_download
from mlplatform.providers.scan.checks.images import judge_dockerfile
from mlplatform.providers.scan.checks.kubernetes import judge_manifest
from mlplatform.providers.scan.checks.other_automation import judge_hooks, other_system, system_of
from mlplatform.providers.scan.checks.own import own_finding
from mlplatform.providers.scan.checks.workflows import judge_action, judge_workflows
from mlplatform.providers.scan.checks.zizmor_audits import ZIZMOR
from mlplatform.providers.scan.file_types import Sort, reason, sort_of
from mlplatform.providers.scan.interface import ScanError
from mlplatform.providers.scan.tree import Node, TreeError, read_documents

_INDEX = "https://www.checkov.io/5.Policy%20Index/all.html"


@dataclass(slots=True)
class _Given:
    """The input of a scan: texts by folder and path, trees of what is YAML, and the findings made on the way."""

    folders: dict[str, dict[str, str]] = field(default_factory=dict)
    trees: dict[str, list[Node]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    has_policy: bool = False

    def add(self, folder: str, path: str, text: str) -> None:
        self.folders.setdefault(folder, {})[path] = text


class Checkov:
    """Checkov's frameworks for Terraform, Kubernetes, GitHub workflows, Dockerfiles and secrets, and our own checks."""

    def __init__(self, *, seconds: float = process.DEADLINE_SECONDS) -> None:
        self._seconds = seconds

    def is_infrastructure(self, path: str) -> bool:
        """True when a file, by its path alone, is something that this scanner judges or that could configure it."""
        return sort_of(path) is not Sort.NONE

    def scan(self, files: Mapping[str, bytes], policies: Mapping[str, str]) -> Sequence[Finding]:
        """Return the findings in files by path; `policies` are policies/checkov/* by path. ScanError when it fails."""
        given = _Given()
        if sum(map(len, files.values())) > text_guard.TREE_BYTES or len(files) > text_guard.FILES:
            message = f"the infrastructure is more than {text_guard.FILES} files or {text_guard.TREE_BYTES >> 20} MiB"
            raise ScanError(message, rule="checkov-failed", fix="take out what is not infrastructure")
        for path in sorted(files):
            _take(given, path, files[path])
        given.findings += judge_workflows(
            {path: documents[0] for path, documents in given.trees.items() if sort_of(path) is Sort.WORKFLOW}
        )
        folders = {**given.folders, "policies": _policies(policies)}
        if given.folders or (given.has_policy and folders["policies"]):
            answer = process.run(folders, seconds=self._seconds)
            given.findings += results.findings(answer, folders, given.trees)
        return sorted(set(given.findings))

    def rules(self, policies: Mapping[str, str]) -> Sequence[Rule]:
        """Every rule that its findings can carry; takes some seconds, as Checkov says its own."""
        own = {**OWN, **{rule.id: rule for rule in (*SCANNER, *ZIZMOR)}}
        theirs = (_rule(rule) for rule in process.list_rules(_policies(policies)))
        return [*own.values(), *(rule for rule in theirs if rule.id not in results.NOT_ASKED)]


def _take(given: _Given, path: str, data: bytes) -> None:
    sort = sort_of(path)
    if sort is Sort.CONFIGURATION:
        message = "a file that could configure Checkov, which nothing in the tree does"
        given.findings.append(error("checkov-configuration", path, message, fix="delete it"))
        return
    given.has_policy = given.has_policy or sort is Sort.POLICY
    if sort in (Sort.POLICY, Sort.NONE):
        return  # policies reach Checkov from the caller, who knows which are binding
    text, findings = text_guard.read(path, data)
    given.findings += findings
    if text is None:
        return
    if sort in (Sort.DATA, Sort.ACTION) and format_checks.is_manifest(text):
        sort = Sort.KUBERNETES
    if sort is Sort.OTHER_SYSTEM:
        given.findings.append(other_system(path, system_of(path)))
    if sort is Sort.SCRIPT and (what := runs_download(text)):
        given.findings.append(own_finding("CKV_MLP_21", path, (1, 1), what[:80]))
    if trouble := _unjudged(sort, path, text):
        given.findings.append(text_guard.failed(path, *trouble))
    wrong = _shape(given, sort, path, text)
    given.findings += wrong
    judged = sort in (Sort.TERRAFORM, Sort.KUBERNETES, Sort.WORKFLOW, Sort.DOCKERFILE) and not wrong
    given.add(sort.value if judged else "other", path, text)
    if sort in (Sort.WORKFLOW, Sort.ACTION) and not wrong:
        given.add("zizmor", path, text)


def _unjudged(sort: Sort, path: str, text: str) -> tuple[str, str] | None:
    """Why no framework judges what is infrastructure nevertheless, and what to do."""
    if sort is Sort.UNJUDGED:
        return reason(path)
    if sort is Sort.DATA and (what := format_checks.foreign(text)):
        return f"{what}, which nothing here judges", "write Terraform or Kubernetes manifests"
    if sort is Sort.TEMPLATE and format_checks.reads_like_infrastructure(text):
        return (
            "it reads like infrastructure, under a name that no framework takes",
            "commit what is made of it",
        )
    return None


def _shape(given: _Given, sort: Sort, path: str, text: str) -> list[Finding]:
    """Yield what keeps Checkov from judging a file; our own checks of it are done here as well."""
    if sort is Sort.DOCKERFILE:
        given.findings += judge_dockerfile(path, text)
        return list(format_checks.dockerfile(path, text))
    if sort not in (Sort.KUBERNETES, Sort.WORKFLOW, Sort.ACTION, Sort.HOOKS):
        return []
    try:
        documents = read_documents(text)
    except TreeError as why:
        return [text_guard.failed(path, why.message, "write plain YAML", at=why.at)]
    if sort is not Sort.KUBERNETES and len(documents) != 1:
        return [text_guard.failed(path, "it is not one YAML document", "write one document")]
    given.trees[path] = documents
    if sort is Sort.KUBERNETES:
        manifests = (manifest for document in documents for manifest in format_checks.expand(document))
        given.findings += (finding for manifest in manifests for finding in judge_manifest(path, manifest))
        return [*format_checks.template(path, text), *format_checks.manifests(path, documents)]
    if sort is Sort.WORKFLOW:
        return list(format_checks.workflow(path, documents[0]))
    given.findings += (judge_hooks if sort is Sort.HOOKS else judge_action)(path, documents[0])
    return []


def _policies(policies: Mapping[str, str]) -> dict[str, str]:
    """The organisation's YAML policies; Python among them is never taken."""
    return {path: text for path, text in policies.items() if path.endswith((".yaml", ".yml"))}


def _explained(entry: dict[str, str]) -> str:
    """Where more is said of a check: Checkov ships a guideline with few, and an index names all."""
    return "More: " + (entry["guideline"] or f"look for {entry['id']} in {_INDEX}")


def _rule(entry: dict[str, str]) -> Rule:
    name, about = entry["name"].rstrip("."), entry["about"]
    looks_at = f" It looks at {entry['looksAt']}." if entry["looksAt"] else ""
    return Rule(
        id=entry["id"],
        title=name,
        description=f"Checkov {entry['id']} judges {about}: {name}.{looks_at} {_explained(entry)}",
        severity=Severity.ERROR,
        soc2=("CC6.1", "CC7.1"),
        fix=f"change what the finding points at so that it holds: {name}"
        if about != "secrets"
        else "take the secret out, and revoke it if it was ever pushed",
        passes=f"{about} of which it is true: {name}",
        fails=f"{about} of which it is not",
        is_waivable=True,
        where="Checkov",
    )
