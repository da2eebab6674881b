"""Commit messages that an auditor can read without the diff."""

import textwrap
from collections.abc import Iterable, Iterator

from mlplatform.core.errors import Refusal
from mlplatform.propose.pinned import Pinned
from mlplatform.strict_yaml.writer import write_number

_WIDTH = 72
_LONGEST_REASON = 2000

Fact = tuple[str, str]


def title_of(environment: str, model: str, before: Pinned | None, after: Pinned, how: str) -> str:
    """The first line: `production: clinic/tumour 1.0.0 → 1.1.0 (promotion from integration)`."""
    versions = f"{before.version} → {after.version}" if before else after.version
    return f"{environment}: {model} {versions} ({how})"


def message_of(title: str, facts: Iterable[Fact], reason: str = "") -> str:
    """The whole message: title, the user's reason, and the facts as a list.

    The list comes last so that nobody can take a line of the reason for a trailer; git reads trailers there only.
    """
    why = [textwrap.fill(f"Why: {_one_line(reason)}", _WIDTH), ""] if reason.strip() else []
    return "\n".join([title, "", *why, *(f"- {name}: {value}" for name, value in facts)]) + "\n"


def pinned_facts(before: Pinned | None, after: Pinned) -> Iterator[Fact]:
    """Return the pinned version with its lineage, and how its metrics compare with those pinned now."""
    yield "digest", after.digest
    if before and before.digest != after.digest:
        yield "digest before", before.digest
    yield from _metrics(before, after)
    for name, digest in sorted(after.data.items()):
        yield "data", f"{name} {digest}"
    if after.run:
        yield "run", after.run
    if after.commit:
        yield "trained from commit", after.commit


def _metrics(before: Pinned | None, after: Pinned) -> Iterator[Fact]:
    old = before.metrics if before else {}
    for name in sorted({*old, *after.metrics}):
        value = write_number(after.metrics[name]) if name in after.metrics else "not recorded"
        yield f"metric {name}", f"{write_number(old[name])} → {value}" if name in old else value


def _one_line(reason: str) -> str:
    line = " ".join(reason.split())
    if not line.isprintable() or len(line) > _LONGEST_REASON:
        raise Refusal(
            "the reason is too long, or holds characters that cannot be shown",
            fix=f"give it in plain words, at most {_LONGEST_REASON} characters",
        )
    return line
