"""CKV_MLP_12: what an outsider starts with the base branch's rights does little, and nothing that is not on a list."""

import re
from collections.abc import Iterator

from mlplatform.core.finding import Finding
from mlplatform.providers.scan.checks.own import own_finding
from mlplatform.providers.scan.checks.shell import Unreadable, commands
from mlplatform.providers.scan.checks.workflow import Workflow, text
from mlplatform.providers.scan.tree import Node
from mlplatform.providers.scan.words import words_of

# Programs that neither fetch what others wrote nor run what they are given.
PROGRAMS = words_of(
    "[ [[ : .venv/bin/platform cat cd date echo exit export false grep head jq ls mkdir platform printf return set "
    "shift sleep sort tail test true wc"
)
# Of these, what would read a text as code.
READS_CODE = {"printf": "-v", "test": "-v", "[": "-v", "[[": "-v -eq -ne -lt -le -gt -ge"}
TARGET = re.compile(r"-s|--silent|-j\d*|[A-Za-z][\w-]*")
OF_GIT = re.compile(
    r"--?(?:upload-pack|exec|update-head-ok|output|ext-diff|textconv|open-files|u$)|ext::|^-c$"
)
# Git as a reader of objects: nothing of the head gets into the working tree.
GIT = words_of(
    "cat-file describe diff fetch for-each-ref log ls-files ls-remote ls-tree merge-base merge-tree name-rev rev-list "
    "rev-parse show status"
)
# Answers to whoever opened it; what is read stays out of files by FILES.
GH = {
    "pr": words_of("close comment edit lock ready reopen review unlock view"),
    "issue": words_of("close comment edit list lock pin reopen unlock view"),
    "label": words_of("create edit list"),
    "run": words_of("cancel list rerun view watch"),
    "auth": words_of("status"),
}
# `gh api` reads and writes by HTTP; code and artifacts are at these addresses.
CODE = re.compile(r"zip|tar|artifact|contents|/git/|\.diff|\.patch|/files|raw", re.IGNORECASE)
FILES = re.compile(
    r"/dev/null|&?[12]|\$\{?(?:GITHUB_OUTPUT|GITHUB_STEP_SUMMARY)\}?|[\w.-]+\.(?:txt|md|sarif|xml|log)|approvals\.json"
)
ACTIONS = re.compile(
    r"(?:actions/(?:checkout|setup-[a-z]+|github-script|labeler|stale|upload-artifact)"
    r"|github/codeql-action/upload-sarif)@.*|\./.*"
)
SHELLS = ("", "bash", "sh")
# JavaScript that starts programs, loads files or takes code.
JAVASCRIPT = re.compile(
    r"\bexec|child_process|spawn|\brequire\b|\bimport\b|\beval\b|\bFunction\b|\bfs\b|\bprocess\s*\.\s*(?!env\b)|exportVariable|addPath"
    r"|rtifact|rchive|pulls?/|refs/|\.diff\b|getContent|\[\s*['\"`]|\bio\.|\bglob\b|constructor"
)


def oversteps(workflow: Workflow, reported: set[tuple[int, int]]) -> Iterator[Finding]:
    """Yield what a privileged workflow does beyond the list, unless it is reported as a checkout already."""
    if not workflow.is_privileged:
        return
    for job in workflow.jobs:
        for holder in (workflow.root, job.node, *job.steps):
            if not reported & _places(holder):
                for at, what in _beyond(holder):
                    yield own_finding("CKV_MLP_12", workflow.path, at, what)


def _places(holder: Node) -> set[tuple[int, int]]:
    nodes = (holder.get("uses"), holder.get("run"), holder.get("with"))
    return {scalar.at for node in nodes if node for scalar in node.scalars()}


def _beyond(holder: Node) -> Iterator[tuple[tuple[int, int], str]]:
    defaults = holder.get("defaults")
    shell = _shell(defaults.get("run") if defaults else None) or _shell(holder)
    uses, run, given = holder.get("uses"), holder.get("run"), holder.get("with")
    if uses is not None and not ACTIONS.fullmatch(text(uses)):
        yield uses.at, f"it uses {text(uses)[:60]}"
    for key, value in given.values() if given else ():
        if key.lower() == "script" and (match := JAVASCRIPT.search(text(value))):
            yield value.at, f"a script says {match[0].strip()[:40]}"
    if shell:
        yield holder.at, f"a script is for {shell[:40]}"
    if run is not None and (what := _forbidden(text(run))):
        yield run.at, f"a script {what}"


def _shell(holder: Node | None) -> str:
    """The shell that is not one of those whose scripts can be read here."""
    shell = text(holder.get("shell")) if holder else ""
    return "" if shell in SHELLS else shell


def _forbidden(script: str) -> str:
    """Return the first thing a script does that is not on the list; empty when there is none."""
    try:
        return next(
            (what for command in commands(script) if (what := _refused(command.words, command.files))), ""
        )
    except Unreadable as why:
        return str(why)


def _refused(words: list[str], files: list[str]) -> str:
    for file in files:
        if not FILES.fullmatch(file):
            return f"writes {file[:40]}"
    return "" if not words or _is_listed(words) else f"runs {' '.join(words)[:60]}"


def _is_listed(words: list[str]) -> bool:
    match words:
        case ["make", *targets]:
            return all(TARGET.fullmatch(target) for target in targets)
        case ["git", command, *rest]:
            return command in GIT and not any(OF_GIT.search(word) for word in rest)
        case ["gh", "api", *rest]:
            return not any(CODE.search(word) for word in rest)
        case ["gh", topic, command, *_]:
            return command in GH.get(topic, ())
        case [program, *rest]:
            return program in PROGRAMS and not set(READS_CODE.get(program, "").split()) & set(rest)
    return False
