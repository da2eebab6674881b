"""Prints the result of a check as SARIF 2.1.0, for code scanning."""

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
    """One run: errors, warnings, waived findings, and the evaluated rules as `rules` describes them."""
    results = _results(checked)
    shown = results[:_SHOWN]
    ids = sorted({*checked.rules, *(result.finding.rule for result in shown)})
    run = {
        "tool": {
            "driver": {"name": "platform check", "rules": [_described(id_, rules.get(id_)) for id_ in ids]}
        },
        "automationDetails": {"id": "platform-check/"},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "The root of the repository."}}},
        "invocations": [_invocation(len(results))],
        "results": _written(shown, {id_: index for index, id_ in enumerate(ids)}),
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _results(checked: CheckResult) -> list[_Result]:
    results = [_Result(finding) for finding in errors_first({*checked.findings, *proposed(checked)})]
    return results + [_Result(waived.finding, waived) for waived in sorted(checked.waived)]


def _invocation(count: int) -> dict[str, Any]:
    if count <= _SHOWN:
        return {"executionSuccessful": True}
    notice = (
        f"{count} results were found and {_SHOWN} are here, errors first: `platform check` prints them all."
    )
    return {
        "executionSuccessful": True,
        "toolExecutionNotifications": [{"level": "warning", "message": {"text": notice}}],
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
    justification = f"{waived.reason} (waived by {waived.owner} until {waived.expires.isoformat()})"
    return {
        "kind": "external",
        "status": "accepted",
        "justification": _escaped(justification),
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
    identity = "\0".join((finding.rule, finding.path, finding.message))
    return hashlib.sha256(identity.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _escaped(text: str) -> str:
    """Escape plain text for SARIF, where `[words](address)` would be a link."""
    return _MARKS.sub(r"\\\g<0>", one_line(text))


def _described(rule_id: str, rule: Rule | None) -> dict[str, Any]:
    """A rule as a reporting descriptor; one without a description (Checkov's own) points to `platform explain`."""
    if rule is None:
        text = {"text": _escaped(f"`platform explain {rule_id}` explains it.")}
        return {
            "id": rule_id,
            "shortDescription": {"text": _escaped(rule_id)},
            "fullDescription": text,
            "help": text,
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
