"""Prints rules: `platform explain`."""

import textwrap
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from mlplatform.core.placeholders import CHANGE_ME, OWNERS
from mlplatform.core.rule import Rule, RuleScope
from mlplatform.providers.policy.interface import Flaw
from mlplatform.report.table import table

WHEN: dict[RuleScope, str] = {
    "state": "checks the documents as they are",
    "change": "checks a change (check --base)",
    "review": "checks who approved a change (check --base --approvals)",
}
TERM_DAYS = 30
_WIDTH = 100
_APPROVED = (
    "Propose it alone. policies/ belongs to the platform team, who approve it; it has to be merged before the change "
    "that needs it, because a change is checked against the waivers of its base. It may last for 90 days, and is shown "
    "in the report of what it covers. For the last two weeks it is a warning. After that, changes of that tenant or "
    "path are stopped; elsewhere it stays a warning."
)
_NEVER = "Nobody can waive it."


def rule_text(rule: Rule, today: date) -> str:
    """One rule, with a waiver to copy where it can be waived."""
    facts = [rule.severity.value, WHEN[rule.asks], f"SOC 2 {', '.join(rule.soc2)}", rule.where]
    parts = [f"{rule.id}: {rule.title}\n  {' · '.join(filter(None, facts))}"]
    parts += [_part(title, text) for title, text in (("Why", rule.description), ("Fix", rule.fix))]
    parts += [_example(title, text) for title, text in (("Passes", rule.passes), ("Fails", rule.fails))]
    return "\n\n".join([*parts, _waiver(rule, today)])


def waiver_text(rule: str, expires: str) -> str:
    """A waiver with a valid schema, which is refused until its placeholders are replaced."""
    return (
        "schema: waiver/v1\n"
        f"rule: {rule}\n"
        f"path: {CHANGE_ME}   # the one file that the finding is about, as models/clinic/tumour.yaml\n"
        f"covers: [{CHANGE_ME}]   # the columns or resources that the finding names; leave it out if it names none\n"
        f"reason: {CHANGE_ME} why the rule cannot hold here, and what protects us meanwhile\n"
        f"owner: {OWNERS[0]}   # who makes it unnecessary: someone of the tenant or the platform team\n"
        f"expires: {expires}\n"
    )


def rule_json(rule: Rule, today: date) -> dict[str, Any]:
    return {
        "id": rule.id,
        "title": rule.title,
        "description": rule.description,
        "severity": rule.severity.value,
        "asks": rule.asks,
        "soc2": list(rule.soc2),
        "fix": rule.fix,
        "passes": rule.passes,
        "fails": rule.fails,
        "waivable": rule.is_waivable,
        "waiver": waiver_text(rule.id, _expires(today)) if rule.is_waivable else None,
        "where": rule.where,
    }


def rules_text(rules: Iterable[Rule], flaws: Iterable[Flaw], width: int | None = None) -> str:
    """A row for each rule, then the files whose rules cannot be listed."""
    rows = [[rule.id, rule.severity.value, rule.asks, rule.title] for rule in rules]
    notes = [f"{flaw.path}:{flaw.line}: its rules are not listed: {flaw.message}" for flaw in flaws]
    hints = [
        "`platform explain RULE` says more about one.",
        "Checkov's own rules are not listed: `platform explain CKV_AWS_19` explains one of them.",
    ]
    return "\n".join([table(["rule", "severity", "asks", "wants"], rows, width), "", *notes, *hints])


def rules_json(rules: Iterable[Rule], flaws: Iterable[Flaw], today: date) -> dict[str, Any]:
    return {
        "rules": [rule_json(rule, today) for rule in rules],
        "broken": [{"path": flaw.path, "line": flaw.line, "message": flaw.message} for flaw in flaws],
    }


def _waiver(rule: Rule, today: date) -> str:
    if not rule.is_waivable:
        return _part("Waiver", _NEVER)
    document = textwrap.indent(waiver_text(rule.id, _expires(today)), "    ")
    return f"Waiver\n  policies/waivers/<name>.yaml:\n\n{document}\n{_indented(_APPROVED)}"


def _expires(today: date) -> str:
    return str(today + timedelta(days=TERM_DAYS))


def _part(title: str, text: str) -> str:
    sentence = f"{text[:1].upper()}{text[1:].rstrip('.')}."
    return f"{title}\n{_indented(sentence)}"


def _example(title: str, text: str) -> str:
    return f"{title}\n{textwrap.indent(text.rstrip(), '    ')}"


def _indented(text: str) -> str:
    return textwrap.fill(
        text,
        _WIDTH,
        initial_indent="  ",
        subsequent_indent="  ",
        break_long_words=False,
        break_on_hyphens=False,
    )
