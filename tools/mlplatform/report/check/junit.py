"""Prints the result of a check as JUnit XML, with one test case for each rule."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar
from xml.etree import ElementTree

from mlplatform.core.check_result import CheckResult, Waived
from mlplatform.core.finding import Finding
from mlplatform.report.check.summary import missing, proposed
from mlplatform.report.check.text import finding_text, waived_text
from mlplatform.report.plain import counted, one_line

_T = TypeVar("_T")


def checked_junit(checked: CheckResult) -> str:
    """One suite: a rule with errors fails, one whose findings are all waived is skipped, and warnings are its output.

    ASCII only; control characters, which XML 1.0 cannot hold, are written as Python escapes them.
    """
    findings = _by_rule((*checked.findings, *proposed(checked)), lambda finding: finding.rule)
    waived = _by_rule(checked.waived, lambda waived: waived.finding.rule)
    cases = [
        _case(rule, findings.get(rule, ()), waived.get(rule, ()))
        for rule in sorted({*checked.rules, *findings, *waived})
    ]
    cases += [_missing(message, paths) for message, paths in missing(checked).items()]
    suites = ElementTree.Element("testsuites", {"name": "platform check", **_counts(cases)})
    ElementTree.SubElement(suites, "testsuite", suites.attrib).extend(cases)
    ElementTree.indent(suites, " ")
    document: bytes = ElementTree.tostring(suites, encoding="us-ascii", xml_declaration=True)
    return document.decode("ascii")


def _by_rule(values: Iterable[_T], rule: Callable[[_T], str]) -> Mapping[str, Sequence[_T]]:
    grouped: dict[str, list[_T]] = {}
    for value in values:
        grouped.setdefault(rule(value), []).append(value)
    return grouped


def _case(rule: str, findings: Sequence[Finding], waived: Sequence[Waived]) -> ElementTree.Element:
    family = "checkov" if rule.startswith(("CKV_", "CKV2_", "checkov-")) else rule.split("-")[0]
    case = _element("testcase", name=rule, classname=f"platform.{family}", time="0")
    errors = [finding for finding in findings if finding.is_error]
    warnings = [finding for finding in findings if not finding.is_error]
    if errors:
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        failure = _element("failure", message=f"{errors[0].where}: {errors[0].message}{more}", type=rule)
        failure.text = "\n".join(map(finding_text, errors))
        case.append(failure)
    elif waived:
        first = waived[0]
        message = f"waived until {first.expires.isoformat()} by {first.owner}: {first.reason}"
        case.append(_element("skipped", message=message))
    if output := [*map(finding_text, warnings), *map(waived_text, waived)]:
        ElementTree.SubElement(case, "system-out").text = "\n".join(output)
    return case


def _missing(message: str, paths: Sequence[str]) -> ElementTree.Element:
    case = _element("testcase", name=message, classname="platform.approvals", time="0")
    case.append(_element("skipped", message=f"still missing for {counted(len(paths), 'path')}"))
    ElementTree.SubElement(case, "system-out").text = "\n".join(map(one_line, paths))
    return case


def _element(tag: str, **attributes: str) -> ElementTree.Element:
    return ElementTree.Element(tag, {name: one_line(value) for name, value in attributes.items()})


def _counts(cases: Sequence[ElementTree.Element]) -> dict[str, str]:
    failures = sum(case.find("failure") is not None for case in cases)
    skipped = sum(case.find("skipped") is not None for case in cases)
    counts = {"tests": len(cases), "failures": failures, "errors": 0, "skipped": skipped}
    return {name: str(number) for name, number in counts.items()}
