"""CKV_MLP_2 once more: a value that others write reaches a script by `env:`, which executes it or hands it on."""

import re
from collections.abc import Iterable, Iterator

from mlplatform.core.finding import Finding
from mlplatform.providers.scan.checks.own import own_finding
from mlplatform.providers.scan.checks.untrusted import is_safe
from mlplatform.providers.scan.checks.workflow import expressions, text
from mlplatform.providers.scan.tree import Node

# What takes a text for code.
EXECUTES = re.compile(
    r"\beval\b|\b(?:ba|z|da|k)?sh\s+-\w*c\b|\|\s*(?:sudo\s+)?(?:(?:ba|z|da|k)?sh|python3?|node|perl|ruby)\b"
    r"|\b(?:python3?|node|perl|ruby)\s+-\w*[ceE]\b|\bsource\s+/dev/|\bInvoke-Expression\b|\biex\b|\$\{\w+@P\}",
    re.IGNORECASE,
)
# What every later step starts with; a line that others write sets any variable there.
SETS = re.compile(r"GITHUB_(?:ENV|PATH)\b")
ANSWERS = re.compile(r"GITHUB_(?:OUTPUT|STATE)\b")
GROUPED = re.compile(r"<<|^\s*\}", re.MULTILINE)


def handed_on(path: str, steps: Iterable[Node], outer: Iterable[Node]) -> Iterator[Finding]:
    """Scripts that execute an untrusted variable of `env:`, or write it to what later steps read."""
    shared = {name for holder in outer for name in _untrusted(holder)}
    for step in steps:
        run = step.get("run")
        for name in sorted({*shared, *_untrusted(step)}) if run else ():
            if run and _misuses(text(run).replace("\\\n", " "), name):
                yield own_finding("CKV_MLP_2", path, run.at, f"a script executes or hands on ${name[:60]}")


def _untrusted(holder: Node) -> Iterator[str]:
    env = holder.get("env")
    for name, value in env.values() if env else ():
        if any(not is_safe(expression) for expression, _ in expressions(value)):
            yield name


def _misuses(script: str, name: str) -> bool:
    used = re.compile(
        rf"\$(?:env:)?\{{?[!#]?{re.escape(name)}\b|\benviron\b.*\b{re.escape(name)}\b", re.IGNORECASE
    )
    if not used.search(script):
        return False
    is_command = re.search(rf"""(?:^|[;&|(])\s*["']?\$\{{?{re.escape(name)}\b""", script, re.MULTILINE)
    if is_command or EXECUTES.search(script) or SETS.search(script):
        return True
    lines = [line for line in script.split("\n") if ANSWERS.search(line)]
    return any(used.search(line) or GROUPED.search(line) for line in lines)
