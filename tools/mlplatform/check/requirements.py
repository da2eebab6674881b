"""The locked requirements: every package of one version and of known files, which change with the version alone."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from mlplatform.core.finding import Finding
from mlplatform.core.naming import printable
from mlplatform.core.rule import declare_rule

_rule = partial(declare_rule, __name__, soc2=("CC6.8", "CC8.1"))
UNLOCKED = _rule(
    "file-requirement-unlocked",
    "Every package is locked by version and hash",
    "What is installed is what was reviewed only if a lock names one version of each package and the hashes of its "
    "files. An index, an address or an option in a lock brings packages from elsewhere.",
    fix="edit requirements/*.in and run `make lock`",
    passes="click==8.1.8 with --hash=sha256:… lines",
    fails="click>=8, --index-url http://packages.example, click @ git+https://example.com/click",
)
REHASHED = _rule(
    "file-requirement-rehashed",
    "A package's hashes change with its version alone",
    "The files of a published version never change. Another hash for the same version is another file, which somebody "
    "else may have made.",
    fix="take the version that has these files, or put the hashes back: `make lock` writes both",
    passes="click==8.1.8 with its hashes instead of click==8.1.7 with its own",
    fails="click==8.1.7 with a hash that it did not have before",
)
_PIN = re.compile(r"([A-Za-z0-9][\w.-]*)(?:\[[\w, -]*\])?==([^\s;\\]+)\s*(;[^\\]*)?")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class _Pin:
    """A package of a lock: the line where it stands, and the hashes of its files."""

    line: int
    hashes: frozenset[str]


def requirement_findings(locks: Mapping[str, str], before: Mapping[str, str]) -> Iterator[Finding]:
    """Yield what in the locks, texts by path, is not locked, or has other hashes than `before` the change."""
    for path, text in sorted(locks.items()):
        yield from _unlocked(path, text)
        known = _pins(before.get(path, ""))
        for (name, version, marker), pin in _pins(text).items():
            old = known.get((name, version, marker))
            if old and not pin.hashes <= old.hashes:
                count = len(pin.hashes - old.hashes)
                message = f"{name} is still {version}, and has {count} hash{'es' if count > 1 else ''} that it had not"
                yield REHASHED.error(path, printable(message), fix=REHASHED.fix, at=(pin.line, 1))


def _unlocked(path: str, text: str) -> Iterator[Finding]:
    for line, requirement in _requirements(text):
        pin, hashes = _PIN.match(requirement), _HASH.findall(requirement)
        rest = _HASH.sub("", requirement[pin.end() :]).strip() if pin else requirement
        if not pin or rest or not hashes:
            message = (
                f"{requirement.split()[0][:60]} is not a package of one version with the hashes of its files"
            )
            yield UNLOCKED.error(path, printable(message), fix=UNLOCKED.fix, at=(line, 1))


def _pins(text: str) -> dict[tuple[str, str, str], _Pin]:
    pins: dict[tuple[str, str, str], _Pin] = {}
    for line, requirement in _requirements(text):
        if pin := _PIN.match(requirement):
            key = (re.sub(r"[-_.]+", "-", pin[1]).lower(), pin[2], " ".join((pin[3] or "").split()))
            pins[key] = _Pin(line, frozenset(_HASH.findall(requirement)))
    return pins


def _requirements(text: str) -> Iterator[tuple[int, str]]:
    """The requirements of a lock, with all their lines as one, and the line where each begins; comments left out."""
    start = 0
    parts: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        plain = re.sub(r"(?:^|\s)#.*$", "", line).strip()
        if not plain and not parts:
            continue
        start = start if parts else number
        parts.append(plain.removesuffix("\\").strip())
        if not plain.endswith("\\"):
            requirement = " ".join(filter(None, parts))
            parts = []
            if requirement:
                yield start, requirement
    if requirement := " ".join(filter(None, parts)):
        yield start, requirement
