"""Whether .github/CODEOWNERS names the people that the documents name, where pull requests are reviewed on GitHub."""

from collections.abc import Iterator, Mapping
from functools import partial

from mlplatform.check.document_index import DocumentIndex
from mlplatform.core.codeowners import (
    CODEOWNERS,
    CODEOWNERS_SOURCES,
    OTHER_CODEOWNERS,
    UnwritableCodeowners,
    codeowners,
    is_reviewed_on_github,
)
from mlplatform.core.finding import Finding
from mlplatform.core.naming import parse_path
from mlplatform.core.rule import declare_rule

_rule = partial(declare_rule, __name__, soc2=("CC6.1", "CC8.1"))
CODEOWNERS_STALE = _rule(
    "codeowners-stale",
    ".github/CODEOWNERS is what `make docs` writes",
    "GitHub asks the people for their review that this file names. It follows from platform.yaml, the tenants and the "
    "environments, so that nobody is asked who may not approve, and nobody left out who must. Only where platform.yaml "
    "has gitHost: {provider: github, …} is it asked for. A change that makes it so needs no approval of its own.",
    fix="run `make docs` and commit the file",
    passes="tenants/clinic/tenant.yaml with another owner, and .github/CODEOWNERS as `make docs` writes it then",
    fails="tenants/clinic/tenant.yaml with another owner, and .github/CODEOWNERS as it was",
)
CODEOWNERS_ELSEWHERE = _rule(
    "codeowners-elsewhere",
    "There is one CODEOWNERS, in .github/",
    "GitHub reads one of .github/CODEOWNERS, CODEOWNERS and docs/CODEOWNERS. Readers would take the names in another "
    "for those that count, and it would count as soon as the first is gone.",
    fix="delete it",
    passes=".github/CODEOWNERS",
    fails="docs/CODEOWNERS",
)


def codeowners_findings(index: DocumentIndex, texts: Mapping[str, str]) -> Iterator[Finding]:
    """Yield what is wrong with the CODEOWNERS of a repository, by the texts of those that there are, by path."""
    platform = index.repository.platform
    if platform is None or not is_reviewed_on_github(platform.body):
        return
    for path in OTHER_CODEOWNERS:
        if path in texts:
            yield CODEOWNERS_ELSEWHERE.error(path, f"GitHub is to read {CODEOWNERS} alone", fix="delete it")
    try:
        expected = _expected(index)
    except UnwritableCodeowners as why:
        message = f"it cannot be written: {why}"
        yield CODEOWNERS_STALE.error(CODEOWNERS, message, fix="name a path of letters, digits, `*` and `/`")
        return
    if expected is not None and texts.get(CODEOWNERS) != expected:
        state = "names other people than the documents" if CODEOWNERS in texts else "is not there"
        fix = "run `make docs` and commit the file; merge main first if it has changed there"
        at = (_first_difference(texts.get(CODEOWNERS, ""), expected), 1)
        yield CODEOWNERS_STALE.error(CODEOWNERS, f"{CODEOWNERS} {state}", fix=fix, at=at)


def follows_from_documents(path: str, index: DocumentIndex, texts: Mapping[str, str]) -> bool:
    """True for a CODEOWNERS that says what the documents say: whoever approves those has approved it."""
    if path != CODEOWNERS or path not in texts:
        return False
    try:
        return texts[path] == _expected(index)
    except UnwritableCodeowners:
        return False


def _expected(index: DocumentIndex) -> str | None:
    """Return the text for all documents; None when one of them is broken or was not loaded, as then it is not known."""
    left_out = (identity.kind for path in index.others if (identity := parse_path(path)))
    if any(kind in CODEOWNERS_SOURCES for kind in (*left_out, *(kind for kind, _ in index.broken))):
        return None
    repository = index.repository
    if repository.platform is None:
        return None
    tenants = {name: document.body for name, document in repository.tenants.items()}
    environments = {name: document.body for name, document in repository.environments.items()}
    return codeowners(repository.platform.body, tenants, environments)


def _first_difference(text: str, expected: str) -> int:
    """Return the number of the first line of a text that is not the expected one."""
    lines, expected_lines = text.splitlines(), expected.splitlines()
    pairs = enumerate(zip(lines, expected_lines, strict=False), 1)
    return next((n for n, (line, right) in pairs if line != right), max(1, len(lines)))
