"""The judgement as SARIF 2.1.0, for code scanning."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from mlplatform.core.check_result import CheckResult, Waived
from mlplatform.core.finding import Finding
from mlplatform.core.rule import Rule
from mlplatform.report.check.sarif_rules import described, escaped
from mlplatform.report.check.summary import errors_first, proposed

_SHOWN = 5000  # code scanning shows no more results than this
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
            "driver": {"name": "platform check", "rules": [described(id_, rules.get(id_)) for id_ in ids]}
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
        "message": {"text": escaped(f"{finding.message} {finding.fix}".strip())},
        "locations": [_location(finding.path, finding.line, finding.column)],
        "suppressions": [_suppression(result.waived)] if result.waived else [],
    }


def _suppression(waived: Waived) -> dict[str, Any]:
    said = f"{waived.reason} (waived by {waived.owner} until {waived.expires.isoformat()})"
    return {
        "kind": "external",
        "status": "accepted",
        "justification": escaped(said),
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
