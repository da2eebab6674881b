"""What SARIF says about rules."""

import re
from typing import Any

from mlplatform.core.rule import Rule
from mlplatform.report.check.markdown_text import fenced, prose
from mlplatform.report.plain import one_line

_MARKS = re.compile(r"[\[\]\\]")


def escaped(text: str) -> str:
    """Plain text of SARIF's: `[words](address)` in it would be a link."""
    return _MARKS.sub(r"\\\g<0>", one_line(text))


def described(rule_id: str, rule: Rule | None) -> dict[str, Any]:
    """A rule as a reporting descriptor; where nobody describes it (Checkov's own), how to have it explained."""
    if rule is None:
        words = {"text": escaped(f"`platform explain {rule_id}` says what it wants.")}
        return {
            "id": rule_id,
            "shortDescription": {"text": escaped(rule_id)},
            "fullDescription": words,
            "help": words,
        }
    return {
        "id": rule_id,
        "shortDescription": {"text": escaped(rule.title)},
        "fullDescription": {"text": escaped(rule.description)},
        "help": {"text": escaped(f"{rule.description} {rule.fix}".strip()), "markdown": _help(rule)},
        "defaultConfiguration": {"level": rule.severity.value},
        "properties": {"problem.severity": rule.severity.value, "tags": [*rule.soc2, rule.asks]},
    }


def _help(rule: Rule) -> str:
    waiver = "A waiver may suspend it." if rule.is_waivable else "No waiver may suspend it."
    parts = [f"**Why:** {prose(rule.description)}", f"**Fix:** {prose(rule.fix)}", waiver]
    if rule.passes:
        parts += ["Passes:", fenced(rule.passes)]
    if rule.fails:
        parts += ["Fails:", fenced(rule.fails)]
    return "\n\n".join(parts)
