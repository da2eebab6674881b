"""The judgement as Markdown, read by the parser that GitHub reads with."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from typing import Any

import cmarkgfm  # type: ignore[import-untyped]
import pytest
from cmarkgfm.cmark import Options  # type: ignore[import-untyped]

from mlplatform.core.change_base import FileAction
from mlplatform.core.check_result import CheckResult, DeploymentChange, Waived
from mlplatform.core.finding import error, warning
from mlplatform.report.check.markdown import LIMIT, checked_markdown
from mlplatform.report.check.markdown.escaping import code, fenced
from mlplatform.report.plain import one_line
from tests.support.judgements import any_text, checked, judgement

BACK = error(
    "semver-order", "environments/production/clinic/tumour.yaml", "goes back", fix="go on", at=(2, 9)
)
SOON = warning("pii-consent", "tenants/clinic/datasets/a.yaml", "expires soon")
PIN = {
    "version": "1.0.0",
    "digest": "sha256:" + "1" * 64,
    "metrics": {"auc": 0.91, "f1": 0.8},
    "serving": {"instances": 1, "gpu": {"count": 0}},
    "rollout": {"strategy": "all"},
}
# What GitHub makes of rendered text outside of code: mentions, references, links and pictures.
LIVE = re.compile(r"(^|\W)@\w|#\d|\bGH-\d|://|www\.|:[\w+-]+:", re.IGNORECASE)


class Read(HTMLParser):
    """The tags in order, and the text outside and inside of code."""

    def __init__(self, markdown: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.texts: list[str] = []
        self.code: list[str] = []
        self.feed(cmarkgfm.github_flavored_markdown_to_html(markdown, options=Options.CMARK_OPT_UNSAFE))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        self.tags.append(f"/{tag}")

    def handle_data(self, data: str) -> None:
        is_code = bool(self.tags) and self.tags[-1] == "code"
        (self.code if is_code else self.texts).append(data)

    def handle_comment(self, data: str) -> None:
        self.tags.append("comment")

    def handle_decl(self, decl: str) -> None:
        self.tags.append("declaration")

    def unknown_decl(self, data: str) -> None:
        self.tags.append("declaration")

    def handle_pi(self, data: str) -> None:
        self.tags.append("instruction")


def change(
    before: Mapping[str, Any] | None, after: Mapping[str, Any] | None, *, rollback: bool = False
) -> DeploymentChange:
    action: FileAction = "added" if before is None else "removed" if after is None else "changed"
    return DeploymentChange("production", "clinic/tumour", action, rollback, before, after)


def row(made: DeploymentChange) -> list[str]:
    """The cells of a change, as they are read."""
    said = checked_markdown(replace(checked(), changes=(made,)))
    (line,) = (line for line in said.splitlines() if line.startswith("| `production`"))
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_it_begins_with_the_verdict_and_the_counts() -> None:
    lines = checked_markdown(replace(checked(BACK, SOON), changes=(change(None, PIN),))).splitlines()
    assert lines[0] == "## ❌ 1 error, 1 warning: this change is stopped"
    assert lines[2] == "7 documents, 2 rules (1 not applicable): 1 error, 1 warning."
    assert checked_markdown(checked(SOON)).startswith("## ✅ Nothing stops it\n")


def test_what_the_changes_own_policies_deny_stops_it_and_missing_approvals_are_in_the_verdict() -> None:
    assert checked_markdown(replace(checked(), proposed=(BACK,))).startswith("## ❌ 1 error")
    waiting = replace(checked(), missing_approvals=(error("approvals-quorum", "a.yaml", "1 more"),))
    assert checked_markdown(waiting).startswith("## ✅ Nothing stops this change, once it is approved\n")


def test_a_changed_deployment_says_version_metrics_and_scale_from_and_to() -> None:
    after = {
        **PIN,
        "version": "1.1.0",
        "metrics": {"auc": 0.93, "f1": 0.8},
        "serving": {"instances": 3, "gpu": {"count": 0}},
        "rollout": {"strategy": "canary"},
    }
    assert row(change(PIN, after)) == [
        "`production`",
        "`clinic/tumour`",
        "changed",
        "`1.0.0` → `1.1.0`",
        "auc `0.91` → `0.93` (+0.02)<br>f1 `0.8`",
        "instances `1` → `3`",
        "`rollout`",
    ]


def test_a_rollback_an_addition_and_a_removal_are_marked() -> None:
    assert row(change(PIN, {**PIN, "version": "0.9.0"}, rollback=True))[2:4] == [
        "**rollback**",
        "`1.0.0` → `0.9.0`",
    ]
    assert row(change(None, PIN))[2:4] == ["added", "`1.0.0`"]
    assert row(change(PIN, None))[2:4] == ["**removed**", "`1.0.0`"]
    assert row(change(None, PIN))[5] == "instances `1`<br>gpu.count `0`"


def test_the_same_version_with_other_bytes_shows() -> None:
    cells = row(change(PIN, {**PIN, "digest": "sha256:" + "2" * 64}))
    assert cells[3] == "`1.0.0`, other artifact: `111111111111` → `222222222222`"
    assert cells[5] == "same"


@pytest.mark.parametrize(
    "odd",
    [
        {},
        {"version": None, "metrics": "none", "serving": [1], "digest": 7},
        {
            "version": {"a": 1},
            "metrics": {"auc": "x", "n": True, "l": [1]},
            "serving": {"gpu": {"a": {"b": 1}}},
        },
    ],
)
def test_documents_that_no_schema_holds_for_are_shown_as_far_as_they_go(odd: dict[str, Any]) -> None:
    for made in (change(odd, PIN), change(PIN, odd), change(odd, odd), change(None, odd)):
        assert len(row(made)) == 7


def test_findings_are_errors_first_with_place_rule_and_fix() -> None:
    said = checked_markdown(checked(SOON, BACK))
    wrong = "- **error** `environments/production/clinic/tumour.yaml:2:9` goes back (`semver-order`)\\\n  Fix: go on"
    assert wrong in said
    assert said.index("**error**") < said.index("**warning**")


def test_waivers_and_missing_approvals_say_who() -> None:
    waived = Waived(BACK, "policies/waivers/back.yaml", "ada", "the new one is worse", date(2026, 12, 1))
    needed = "1 more approval by clinic's owners is needed (ada, mary)"
    missing = tuple(error("approvals-quorum", f"{n}.yaml", needed) for n in range(5))
    texts = " ".join(
        Read(checked_markdown(replace(checked(), waived=(waived,), missing_approvals=missing))).texts
    )
    assert f": {needed}" in texts
    assert "and 2 more" in texts
    assert "until 2026-12-01 by" in texts
    assert "the new one is worse" in texts


@any_text
def test_no_value_writes_markdown_html_a_link_or_a_mention(said: str) -> None:
    read, harmless = Read(checked_markdown(judgement(said))), Read(checked_markdown(judgement("harmless")))
    assert read.tags == harmless.tags
    assert read.attributes == harmless.attributes == []
    assert not [text for text in read.texts if LIVE.search(text)]


@any_text
def test_every_value_reads_as_it_was(said: str) -> None:
    read = Read(checked_markdown(judgement(said)))
    texts = "".join(read.texts).replace("\u200b", "")
    assert "".join(one_line(said, 1000).split()) in "".join(texts.split())


def test_a_value_that_is_empty_opens_no_code_span() -> None:
    assert code("") == "`(empty)`"


@any_text
def test_a_code_block_ends_where_it_should(said: str) -> None:
    assert Read(fenced(said) + "\n\nafter").tags == ["pre", "code", "/code", "/pre", "p", "/p"]


def test_a_long_report_is_cut_to_what_a_comment_holds_and_every_section_keeps_its_share() -> None:
    findings = [replace(BACK, line=n, message="m" * 900) for n in range(1, 500)]
    found: CheckResult = replace(
        checked(*findings),
        changes=tuple(change(None, PIN) for _ in range(2000)),
        proposed=tuple(findings),
        waived=(Waived(BACK, "policies/waivers/b.yaml", "ada", "the only one", date(2026, 12, 1)),),
    )
    said = checked_markdown(found)
    assert LIMIT * 0.8 < len(said.encode()) <= LIMIT
    left = [int(n) for n in re.findall(r"^(\d+) more are left out here", said, re.MULTILINE)]
    shown = said.count("| `production`"), said.count("- **error**")
    assert left[0] == 2000 - shown[0]
    assert sum(left[1:]) == 2 * len(findings) - shown[1]
    assert min(shown) > 10
    assert "the only one" in said
