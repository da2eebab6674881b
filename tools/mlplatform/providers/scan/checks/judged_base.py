"""CKV_MLP_24: a pull request's job judges its head against its base, and with everything there is."""

import re
import shlex
from collections.abc import Iterator

from mlplatform.core.finding import Finding
from mlplatform.providers.scan.checks.own import own_finding
from mlplatform.providers.scan.checks.silenced import JUDGES
from mlplatform.providers.scan.checks.workflow import EXPRESSION, Workflow, text
from mlplatform.providers.scan.tree import Node

VARIABLE = re.compile(r"\$\{?(\w+)\}?")
# What GitHub calls the base of a pull request or of a merge queue, and branches by their names.
BASE = re.compile(
    r"github\.event\.pull_request\.base\.(?:sha|ref)|github\.event\.merge_group\.base_(?:sha|ref)|github\.base_ref|GITHUB_BASE_REF"
    r"|github\.event\.repository\.default_branch"
)
BRANCH = re.compile(
    r"(?:refs/(?:heads|remotes)/)?(?:(?:origin|upstream)/)?(?:main|master|trunk|production|release/[\w.-]+)"
)
START = re.compile(r"HEAD|github\.sha|GITHUB_SHA")
PARTED = re.compile(r"\$\(\s*git\s+merge-base\s+([^)]*)\)")
HEADS = re.compile(
    r"HEAD|github\.sha|GITHUB_SHA|github\.head_ref|GITHUB_HEAD_REF|github\.event\.pull_request\.head\.(?:sha|ref)"
    r"|github\.event\.merge_group\.head_(?:sha|ref)|github\.ref|FETCH_HEAD"
)


def other_base(workflow: Workflow) -> Iterator[Finding]:
    """Yield each `platform check` of a pull request's workflow that leaves out something of the change."""
    if not workflow.is_gate:
        return
    # What such a workflow checks out, and GITHUB_SHA, is the base and not the head.
    starts_at_base = not {"pull_request", "merge_group"} & workflow.events.keys()
    for job in workflow.jobs:
        for step in job.steps:
            run = step.get("run")
            for command in _commands(text(run)) if run is not None else ():
                holders = (step, job.node, workflow.root)
                if run is not None and (what := _wrong(command, holders, text(run), starts_at_base)):
                    yield own_finding("CKV_MLP_24", workflow.path, run.at, f"in {job.id} {what}")


def _commands(script: str) -> Iterator[list[str]]:
    """The arguments of each `platform check` in a script, as far as the shell's quotes can be read."""
    for line in script.replace("\\\n", " ").split("\n"):
        for match in JUDGES.finditer(line):
            rest = re.split(
                r"[;&|]", EXPRESSION.sub(lambda found: re.sub(r"[\s;&|]", "", found[0]), line[match.end() :])
            )[0]
            try:
                yield shlex.split(rest, comments=True)
            except ValueError:
                yield [word.strip("\"'()") for word in rest.split()]


def _wrong(arguments: list[str], holders: tuple[Node, ...], script: str, starts_at_base: bool) -> str:
    options = _options(arguments)
    if "--fast" in options:
        return "`platform check --fast` leaves out Checkov and zizmor"
    if "--base" not in options:
        return ""
    base = _values(options["--base"], holders, script)
    if not all(_is_base(value, starts_at_base) for value in base):
        return f"--base {options['--base'][:60]} is not what the pull request is merged into"
    head = _values(options.get("--head", "FETCH_HEAD"), holders, script)
    if not all(_is_head(value, starts_at_base) for value in head):
        return f"--head {options['--head'][:60]} is not what the pull request proposes"
    return ""


def _options(arguments: list[str]) -> dict[str, str]:
    options: dict[str, str] = {}
    for position, argument in enumerate(arguments):
        name, sign, value = argument.partition("=")
        follows = arguments[position + 1] if position + 1 < len(arguments) else ""
        options[name] = value if sign else follows
    return options


def _values(written: str, holders: tuple[Node, ...], script: str) -> list[str]:
    """The values that an argument may have: its expressions, or those of the variable that it is."""
    match = VARIABLE.fullmatch(written.removeprefix("origin/"))
    if match:
        for holder in holders:
            env = holder.get("env")
            value = env.get(match[1]) if env else None
            if value is not None:
                return _alternatives(text(value))
        assigned = re.findall(rf"(?m)^\s*(?:export\s+)?{match[1]}=(\"?\$\([^)]*\)\"?|\S+)", script)
        return [value for text_ in assigned for value in _alternatives(text_)] or [match[1]]
    return _alternatives(written)


def _alternatives(value: str) -> list[str]:
    inside = [part.strip() for found in EXPRESSION.findall(value) for part in found.split("||")]
    plain = value.strip("\"'")
    variable = VARIABLE.fullmatch(plain)
    return inside or [variable[1] if variable else plain]


def _is_base(value: str, starts_at_base: bool) -> bool:
    """True for what the pull request is merged into, or where it left that."""
    if match := PARTED.search(value):
        return any(_is_base(word.strip("\"'${}"), starts_at_base) for word in match[1].split())
    is_start = starts_at_base and START.fullmatch(value)
    return bool(is_start or BASE.fullmatch(value) or BRANCH.fullmatch(value))


def _is_head(value: str, starts_at_base: bool) -> bool:
    if starts_at_base and START.fullmatch(value):
        return False
    return bool(HEADS.fullmatch(value)) and not BRANCH.fullmatch(value)
