"""Files that Checkov would drop without a word, or read as something else: found before it sees them."""

import re
from collections.abc import Iterator

from mlplatform.core.finding import Finding
from mlplatform.providers.scan.text_guard import failed, place
from mlplatform.providers.scan.tree import Node, TreeError, read_documents
from mlplatform.providers.scan.words import words_of

WORKFLOW_KEYS = words_of("name run-name on permissions env defaults concurrency jobs")
JOB_KEYS = words_of(
    "name permissions needs if runs-on environment concurrency outputs env defaults steps timeout-minutes strategy "
    "continue-on-error container services uses with secrets snapshot"
)
STEP_KEYS = words_of("id if name uses run working-directory shell with env continue-on-error timeout-minutes")
TEMPLATE = re.compile(r"\{\{-?\s*\.(?:Release|Values)\.")
INSTRUCTIONS = words_of(
    "FROM RUN CMD LABEL MAINTAINER EXPOSE ENV ADD COPY ENTRYPOINT VOLUME USER WORKDIR ARG ONBUILD STOPSIGNAL "
    "HEALTHCHECK SHELL"
)
DIRECTIVE = re.compile(r"#\s*(?:syntax|escape|check)\s*=", re.IGNORECASE)
ESCAPE = re.compile(r"\\[xuU][0-9a-fA-F]{2}")  # could spell any word
HEREDOC = re.compile(r"<<-?\s*['\"]?\w")
STACK = re.compile(r"""AWSTemplateFormatVersion|\bType["']?\s*:\s*["']?AWS::""")
MANIFEST = (
    re.compile(r"""^\s*[{,-]?\s*["']?apiVersion["']?\s*:""", re.MULTILINE),
    re.compile(r"""[\s{,]["']?kind["']?\s*:"""),
)
TERRAFORM = re.compile(r'^\s*(?:resource|data)\s+"[^"\n]+"\s+"[^"\n]+"\s*\{', re.MULTILINE)
IMAGE = re.compile(r"^\s*FROM\s+\S", re.MULTILINE | re.IGNORECASE)
INSTRUCTION = re.compile(
    r"^\s*(?:RUN|COPY|ADD|ENTRYPOINT|CMD|USER|WORKDIR)\s+\S", re.MULTILINE | re.IGNORECASE
)

PARTS = 500  # of a file; Checkov takes minutes for thousands
SPLIT = "split it"
SHAPE = "write it as GitHub documents it"


def workflow(path: str, root: Node) -> Iterator[Finding]:
    """Yield what in a workflow is not as GitHub documents it."""
    yield from _unknown(path, root, WORKFLOW_KEYS, "a workflow")
    jobs = root.get("jobs")
    if root.get("on") is None or jobs is None or not jobs.entries:
        yield failed(path, "a workflow has `on` and `jobs`", SHAPE, at=root.at)
        return
    all_steps = [step for _, job in jobs.values() for step in (job.get("steps") or root).items or ()]
    if len(jobs.entries) + len(all_steps) > PARTS:
        yield failed(path, f"a workflow of more than {PARTS} jobs and steps", SPLIT, at=root.at)
        return
    for _, job in jobs.values():
        yield from _unknown(path, job, JOB_KEYS, "a job")
        steps = job.get("steps")
        if (steps is None) == (job.get("uses") is None) or (steps and steps.items is None):
            yield failed(path, "a job has either a list of `steps` or `uses`", SHAPE, at=job.at)
        for step in (steps.items if steps else None) or ():
            yield from _unknown(path, step, STEP_KEYS, "a step")


def manifests(path: str, documents: list[Node]) -> Iterator[Finding]:
    """Yield the documents of a file that are not Kubernetes manifests."""
    fix = "give each document apiVersion, kind and metadata.name; what is not a manifest belongs elsewhere"
    if sum(len(expand(document)) for document in documents) > PARTS:
        yield failed(path, f"more than {PARTS} manifests in one file", SPLIT)
        return
    for document in documents:
        if document.text == "":
            continue
        for manifest in expand(document):
            metadata = manifest.get("metadata")
            name = (metadata.get("name") or metadata.get("generateName")) if metadata else None
            if not _text(manifest.get("apiVersion")) or not _text(manifest.get("kind")) or not _text(name):
                yield failed(path, "this is not a Kubernetes manifest", fix, at=manifest.at)


def expand(document: Node) -> list[Node]:
    """The manifests of a document: the items of a List, or itself."""
    items = document.get("items")
    if _text(document.get("kind")) == "List" and items is not None:
        return list(items.items or ())
    return [document]


def template(path: str, text: str) -> Iterator[Finding]:
    """Helm's templates, which Checkov drops whole."""
    if match := TEMPLATE.search(text):
        yield failed(
            path, "a template, not a manifest", "commit what it makes", at=place(text, match.start())
        )


def is_manifest(text: str) -> bool:
    """True when a YAML or JSON file, wherever it lies, is a Kubernetes manifest, or says so and cannot be read."""
    try:
        documents = read_documents(text)
    except TreeError:
        return bool(ESCAPE.search(text)) or ("apiVersion" in text and "kind" in text)
    return any({"apiVersion", "kind"} <= set(document.keys()) for document in documents)


def foreign(text: str) -> str:
    """Return the format of a YAML or JSON file that nothing here judges; empty when it has none of these."""
    try:
        documents = read_documents(text)
    except TreeError:
        return "a CloudFormation template" if STACK.search(text) else ""
    for document in documents:
        keys = set(document.keys())
        if "AWSTemplateFormatVersion" in keys or ("Resources" in keys and _names(document, "AWS::")):
            return "a CloudFormation template"
        if "resources" in keys and "deploymentTemplate" in _text(document.get("$schema")):
            return "an Azure template"
    return ""


def reads_like_infrastructure(text: str) -> bool:
    """True when a text, of whatever name, reads like a manifest, Terraform, a Dockerfile or a CloudFormation stack."""
    return bool(
        STACK.search(text)
        or (MANIFEST[0].search(text) and MANIFEST[1].search(text))
        or TERRAFORM.search(text)
        or (IMAGE.search(text) and INSTRUCTION.search(text))
    )


def dockerfile(path: str, text: str) -> Iterator[Finding]:
    """Yield what Checkov's parser would misread in a Dockerfile: directives, here-documents, unknown instructions."""
    fix = "write it with the plain instructions of a Dockerfile"
    continues = has_from = False
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if DIRECTIVE.match(stripped):
            yield failed(path, "a parser directive", "delete it", at=(number, 1))
        if not stripped or stripped.startswith("#"):
            continue
        if HEREDOC.search(stripped):
            yield failed(
                path, "a here-document", "put the script in a file, and COPY and RUN it", at=(number, 1)
            )
        word = stripped.split(maxsplit=1)[0].upper()
        if not continues and word not in INSTRUCTIONS:
            yield failed(path, f"{word[:30]} is not an instruction", fix, at=(number, 1))
        if not continues and word == "ONBUILD":
            yield failed(
                path, "an instruction that runs later, which Checkov does not see", fix, at=(number, 1)
            )
        has_from = has_from or (not continues and word == "FROM")
        continues = stripped.endswith("\\")
    if not has_from:
        yield failed(path, "a Dockerfile has a FROM", fix)


def _unknown(path: str, node: Node, expected: frozenset[str], what: str) -> Iterator[Finding]:
    if node.entries is None:
        yield failed(path, f"{what} is a mapping", SHAPE, at=node.at)
    for key, (written, _) in (node.entries or {}).items():
        if key not in expected:
            yield failed(path, f"{what} has no `{key[:60]}`", SHAPE, at=written.at)


def _names(document: Node, prefix: str) -> bool:
    return any((scalar.text or "").startswith(prefix) for scalar in document.scalars())


def _text(node: Node | None) -> str:
    return (node.text or "") if node else ""
