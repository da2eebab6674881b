"""Prints the result of `platform check`, with one module for each format."""

from collections.abc import Mapping
from typing import Literal, assert_never

from mlplatform.core.check_result import CheckResult
from mlplatform.core.rule import Rule

Format = Literal["text", "json", "github", "sarif", "junit", "markdown"]


def rendered(checked: CheckResult, form: Format, rules: Mapping[str, Rule]) -> str:
    """The whole report in a format; `rules` are described in SARIF, by id."""
    match form:
        case "text":
            from mlplatform.report.check.text import checked_text

            return checked_text(checked)
        case "json":
            from mlplatform.report.check.json import checked_json, json_text

            return json_text(checked_json(checked))
        case "github":
            from mlplatform.report.check.github import checked_github

            return checked_github(checked)
        case "sarif":
            from mlplatform.report.check.json import json_text
            from mlplatform.report.check.sarif import checked_sarif

            return json_text(checked_sarif(checked, rules))
        case "junit":
            from mlplatform.report.check.junit import checked_junit

            return checked_junit(checked)
        case "markdown":
            from mlplatform.report.check.markdown import checked_markdown

            return checked_markdown(checked)
        case _:
            assert_never(form)
