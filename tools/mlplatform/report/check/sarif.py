"""The judgement as SARIF 2.1.0, for code scanning."""

import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from mlplatform.core.check_result import CheckResult, Waived
from mlplatform.core.finding import Finding
from mlplatform.core.rule import Rule
from mlplatform.report.check.markdown.escaping import fenced, prose
from mlplatform.report.check.summary import errors_first, proposed
from mlplatform.report.plain import one_line

_SHOWN = 5000  # code scanning shows no more results than this
_MARKS = re.compile(r"[\[\]\\]")
_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


@dataclass(frozen=True, slots=True)
class _Result:
    finding: Finding
    waived: Waived | None = None


def checked_sarif(checked: CheckResult, rules: Mapping[str, Rule]) -> dict[str, Any]:
    """One run: errors, then warnings, then what is waived, with the rules that were asked as `rules` describes them."""
    found = _results(checked)
    shown = found[:_SHOWN]
    ids = sorted({*checked.rules, *(result.finding.rule for result in shown)})
    run = {
        "tool": {
            "driver": {"name": "platform check", "rules": [_described(id_, rules.get(id_)) for id_ in ids]}
        },
        "automationDetails": {"id": "platform-check/"},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "The root of the repository."}}},
        "invocations": [_invocation(len(found))],
        "results": _written(shown, {id_: index for index, id_ in enumerate(ids)}),
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _results(checked: CheckResult) -> list[_Result]:
    found = [_Result(finding) for finding in errors_first({*checked.findings, *proposed(checked)})]
    return found + [_Result(waived.finding, waived) for waived in sorted(checked.waived)]


def _invocation(found: int) -> dict[str, Any]:
    if found <= _SHOWN:
        return {"executionSuccessful": True}
    said = (
        f"{found} results were found and {_SHOWN} are here, errors first: `platform check` prints them all."
    )
    return {
        "executionSuccessful": True,
        "toolExecutionNotifications": [{"level": "warning", "message": {"text": said}}],
    }


def _written(results: Sequence[_Result], indices: Mapping[str, int]) -> list[dict[str, Any]]:
    alike: Counter[str] = Counter()
    written = []
    for result in results:
        fingerprint = _fingerprint(result.finding)
        alike[fingerprint] += 1
        written.append(
            {
                **_result(result),
                "ruleIndex": indices[result.finding.rule],
                # The one name that GitHub reads, though this hash is not of the line: it outlives its moves.
                "partialFingerprints": {"primaryLocationLineHash": f"{fingerprint}:{alike[fingerprint]}"},
            }
        )
    return written


def _result(result: _Result) -> dict[str, Any]:
    finding = result.finding
    return {
        "ruleId": finding.rule,
        "level": finding.severity.value,
        "message": {"text": _escaped(f"{finding.message} {finding.fix}".strip())},
        "locations": [_location(finding.path, finding.line, finding.column)],
        "suppressions": [_suppression(result.waived)] if result.waived else [],
    }


def _suppression(waived: Waived) -> dict[str, Any]:
    said = f"{waived.reason} (waived by {waived.owner} until {waived.expires.isoformat()})"
    return {
        "kind": "external",
        "status": "accepted",
        "justification": _escaped(said),
        "location": _location(waived.waiver, 1, 1),
    }


def _location(path: str, line: int, column: int) -> dict[str, Any]:
    # Percent-encoded, bytes that are not UTF-8 too: any path is a relative reference, and never a scheme or a host.
    uri = quote(path.encode("utf-8", "surrogateescape"), safe="/")
    uri = uri.replace("/", "%2F", 1) if uri.startswith("/") else uri
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": uri, "uriBaseId": "%SRCROOT%"},
            "region": {"startLine": max(line, 1), "startColumn": max(column, 1)},
        }
    }


def _fingerprint(finding: Finding) -> str:
    said = "\0".join((finding.rule, finding.path, finding.message))
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _escaped(text: str) -> str:
    """Plain text of SARIF's: `[words](address)` in it would be a link."""
    return _MARKS.sub(r"\\\g<0>", one_line(text))


def _described(rule_id: str, rule: Rule | None) -> dict[str, Any]:
    """A rule as a reporting descriptor; where nobody describes it (Checkov's own), how to have it explained."""
    if rule is None:
        words = {"text": _escaped(f"`platform explain {rule_id}` says what it wants.")}
        return {
            "id": rule_id,
            "shortDescription": {"text": _escaped(rule_id)},
            "fullDescription": words,
            "help": words,
        }
    return {
        "id": rule_id,
        "shortDescription": {"text": _escaped(rule.title)},
        "fullDescription": {"text": _escaped(rule.description)},
        "help": {"text": _escaped(f"{rule.description} {rule.fix}".strip()), "markdown": _help(rule)},
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
