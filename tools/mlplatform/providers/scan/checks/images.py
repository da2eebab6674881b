"""CKV_MLP_20 and 21: an image does not end as root, and its build runs no download unseen."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from mlplatform.core.finding import Finding
from mlplatform.providers.scan.checks.downloads import runs_download
from mlplatform.providers.scan.checks.own import own_finding

VARIABLE = re.compile(r"\$(?:(\w+)|\{(\w+)(?::?-([^}]*))?[^}]*\})")
ROOT = re.compile(r"root|0+|0x0+", re.IGNORECASE)
RUNS = ("RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK")
PLAIN_INDEX = re.compile(r"--(?:extra-)?index-url[=\s]+[\"']?http://\S+|--trusted-host[=\s]\s*\S+")


@dataclass(slots=True)
class _Stage:
    """A stage of a build: the user that its last instruction leaves, and where that was said."""

    user: str
    at: tuple[int, int]
    variables: dict[str, str] = field(default_factory=dict)


def judge_dockerfile(path: str, text: str) -> Iterator[Finding]:
    """Yield what our checks refuse in a Dockerfile."""
    stages: dict[str, _Stage] = {}
    last = _Stage("", (1, 1))
    for number, word, rest in instructions(text):
        at = (number, 1)
        if word == "FROM":
            last = _begun(rest, at, stages, last)
        elif word == "USER":
            last.user, last.at = _filled_in(rest.split()[0] if rest else "", last.variables), at
        elif word in ("ARG", "ENV"):
            last.variables.update(_assigned(rest))
        elif word in RUNS and (what := runs_download(rest) or _plain_index(rest)):
            yield own_finding("CKV_MLP_21", path, at, what[:80])
    user = last.user.partition(":")[0]
    if last.user and (not user or ROOT.fullmatch(user)):
        yield own_finding("CKV_MLP_20", path, last.at, f"the image ends as {last.user[:40]}")


def instructions(text: str) -> Iterator[tuple[int, str, str]]:
    """The instructions, with the line where each starts, its word in capitals and what follows it."""
    start = 0
    parts: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        start = start if parts else number
        parts.append(stripped.removesuffix("\\").strip())
        if not stripped.endswith("\\"):
            word, _, rest = " ".join(parts).partition(" ")
            yield start, word.upper(), rest.strip()
            parts = []


def _begun(rest: str, at: tuple[int, int], stages: dict[str, _Stage], before: _Stage) -> _Stage:
    words = [word for word in rest.split() if not word.startswith("--")]
    parent = stages.get(words[0].lower() if words else "")
    stage = _Stage(parent.user if parent else "", parent.at if parent else at, dict(before.variables))
    if len(words) == 3 and words[1].lower() == "as":
        stages[words[2].lower()] = stage
    return stage


def _assigned(rest: str) -> dict[str, str]:
    words = rest.split()
    if len(words) == 2 and "=" not in words[0]:
        return {words[0]: words[1]}
    return {name: value.strip("\"'") for name, sign, value in (word.partition("=") for word in words) if sign}


def _filled_in(user: str, variables: dict[str, str]) -> str:
    """A user with its variables filled in; what nothing gives is empty, and `:` so that it still stands for a user."""
    return VARIABLE.sub(lambda found: variables.get(found[1] or found[2], found[3] or ""), user) or ":"


def _plain_index(script: str) -> str:
    match = PLAIN_INDEX.search(script)
    return f"packages come unencrypted or unchecked: {match[0]}" if match else ""
