"""Writes docs/rules.md: `python -m mlplatform.report.rules docs/rules.md`, in the root of the repository."""

import html
import sys
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from mlplatform.catalogue import rules_of
from mlplatform.check.check import CHECK_CRASHED, CHECK_UNFINISHED
from mlplatform.check.dataset_columns import DATA_COLUMNS
from mlplatform.core.rule import Rule
from mlplatform.load.policies import read_policies
from mlplatform.load.source import WorkingTree
from mlplatform.report.explain import WHEN, waiver_text

_FAMILIES = {
    "Reading: files, paths and YAML": ("file-", "path-", "yaml-"),
    "Schema": ("schema-",),
    "References, data, capabilities, waivers and the checkers themselves": (
        "capability-",
        CHECK_CRASHED.id,
        "codeowners-",
        DATA_COLUMNS.id,
        "link-",
        "policy-",
        "waiver-",
    ),
    "The policies that a change brings": (CHECK_UNFINISHED.id,),
    "Policies": ("policies/rego/",),
    "Infrastructure": ("CKV", "checkov-", "zizmor-"),
}  # what the id of a rule or the file that implements it begins with
_HEAD = """\
# Rules

<!-- Written by `make docs` from the rules themselves: edit those. -->

Every finding of `platform check` carries the id of one of these rules. `platform explain RULE` prints one of them, and
`platform explain CKV_AWS_19` prints one of Checkov's own, which are too many to list.

A rule asks whether the documents are right as they are (**state**), whether a change may be made (**change**, with
`--base`), or whether the right people asked for and approved it (**review**, with `--approvals`). Only errors stop
anything.

## Waivers

A rule that can be waived may be suspended for one file, until a day at most 90 days away, by a document
`policies/waivers/<name>.yaml`:

```yaml
{waiver}```

The platform team approves it, and it is merged before the change that needs it, as a change is checked against the
waivers of its base. When a change touches what the waiver covers, the report shows what it suspends. A waiver warns for
14 days before it ends. After that, it suspends nothing in a change of that tenant or path, and is only a warning
elsewhere. A waiver that nothing needs is a warning for 14 days after its merge, and then an error in a change that
touches it.
"""


def rules_markdown(rules: Iterable[Rule]) -> str:
    """The catalogue of rules as Markdown: a table for each family, and a section for each rule."""
    ordered = sorted(rules, key=lambda rule: (_family_of(rule), rule.id))
    head = _HEAD.format(waiver=waiver_text("CHANGE-ME", "2026-12-31"))
    families = (_family(family, list(some)) for family, some in groupby(ordered, key=_family_of))
    return "\n".join([head, *families])


def _family_of(rule: Rule) -> int:
    families = enumerate(_FAMILIES.values())
    matches = (n for n, starts in families if rule.id.startswith(starts) or rule.where.startswith(starts))
    return next(matches, len(_FAMILIES))


def _family(family: int, rules: list[Rule]) -> str:
    title = [*_FAMILIES, "Others"][family]
    rows = [
        f"| [{rule.id}](#{rule.id.lower()}) | {_text(rule.title).replace('|', chr(92) + '|')} |"
        for rule in rules
    ]
    return "\n".join([f"## {title}", "", "| rule | wants |", "|---|---|", *rows, "", *map(_section, rules)])


def _section(rule: Rule) -> str:
    waived = "can be waived" if rule.is_waivable else "cannot be waived"
    return "\n".join(
        [
            f"### {rule.id}",
            "",
            f"**{_text(rule.title)}.** {_text(rule.description)}.",
            "",
            f"{rule.severity.value.capitalize()}, {WHEN[rule.asks]}, {waived}. SOC 2: {', '.join(rule.soc2)}. Fix: "
            f"{_text(rule.fix)}.",
            "",
            *_example("passes", rule.passes),
            *_example("fails", rule.fails),
        ]
    )


def _example(title: str, text: str) -> Iterator[str]:
    fence = "```"
    while fence in text:
        fence += "`"
    yield from (f"{title.capitalize()}:", fence, text.rstrip(), fence, "")


def _text(text: str) -> str:
    """Escape text for Markdown, except what is in backticks."""
    parts = text.rstrip(".").split("`")
    return "`".join(html.escape(part, quote=False) if n % 2 == 0 else part for n, part in enumerate(parts))


def write_rules(file: Path, root: Path) -> None:
    """Write the catalogue of the rules of a working tree; ValueError when its policies cannot say theirs."""
    rules, flaws = rules_of(read_policies(WorkingTree(root)))
    if flaws:
        raise ValueError(f"{flaws[0].path}:{flaws[0].line}: {flaws[0].message}")
    file.write_text(rules_markdown(rules.values()))


if __name__ == "__main__":
    write_rules(Path(sys.argv[1]), Path.cwd())
