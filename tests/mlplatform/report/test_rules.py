"""docs/rules.md says what the rules say."""

import re
from pathlib import Path

import pytest

from mlplatform.catalogue import rules_of
from mlplatform.core.finding import Severity
from mlplatform.core.rule import Rule
from mlplatform.report.rules import rules_markdown, write_rules
from tests.support.repository import ROOT, real_policies, write


def test_the_page_is_what_the_rules_give(tmp_path: Path) -> None:
    write_rules(tmp_path / "rules.md", ROOT)
    assert (ROOT / "docs/rules.md").read_text() == (tmp_path / "rules.md").read_text(), "run `make docs`"


def test_every_rule_has_one_section_and_every_link_leads_to_one() -> None:
    rules, _ = rules_of({path: text for path, text in real_policies().items() if "_test" not in path})
    page = rules_markdown(rules.values())
    sections = re.findall(r"^### (\S+)$", page, re.MULTILINE)
    assert sorted(sections) == sorted(rules)
    assert sorted(re.findall(r"\(#(\S+)\)", page)) == sorted(name.lower() for name in sections)


def test_what_markdown_would_hide_is_shown() -> None:
    example = "a\n```\nb"
    rule = Rule(
        "x-y", "<b> | `<b>`", "As <name>.", Severity.ERROR, ("CC8.1",), "write <n>", example, "c", where="z"
    )
    page = rules_markdown([rule])
    assert "| [x-y](#x-y) | &lt;b&gt; \\| `<b>` |" in page
    assert "As &lt;name&gt;." in page
    assert "````\na\n```\nb\n````" in page


def test_a_page_without_the_rules_of_a_broken_policy_is_not_written(tmp_path: Path) -> None:
    write({"policies/rego/x.rego": "package platform.x\n"}, tmp_path)
    with pytest.raises(ValueError, match=r"policies/rego/x\.rego:1: package platform\.x has no METADATA"):
        write_rules(tmp_path / "rules.md", tmp_path)
    assert not (tmp_path / "rules.md").exists()
