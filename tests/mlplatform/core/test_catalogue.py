"""The catalogue holds every rule that Python's checkers judge by, and no other; its examples are true."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from mlplatform.core.catalogue import CATALOGUE, yaml
from mlplatform.core.catalogue.link import OF_OTHER_KINDS
from mlplatform.core.rule import Rule
from mlplatform.providers.policy.metadata import RESERVED
from mlplatform.providers.scan.checks.catalogue import SCANNER
from mlplatform.strict_yaml.parser import parse

CODE = Path(__file__).parents[3] / "tools/mlplatform"
RULES = (*CATALOGUE, *SCANNER)
FAMILIES = "yaml|path|file|schema|link|data|capability|waiver|policy|check|checkov|document"
ID = re.compile(rf"({FAMILIES})(-[a-z]+)+")
NO_RULES = {"check-ref-format"}
MAKERS = {"error", "warning", "refuse"}


def modules() -> Iterator[ast.Module]:
    """Every module but those that describe rules."""
    for path in CODE.rglob("*.py"):
        if "catalogue" not in path.relative_to(CODE).as_posix():
            yield ast.parse(path.read_text())


def ids() -> set[str]:
    """The texts in the code that read like the id of a rule."""
    texts = (
        node.value for module in modules() for node in ast.walk(module) if isinstance(node, ast.Constant)
    )
    return {text for text in texts if isinstance(text, str) and ID.fullmatch(text)} - NO_RULES


def given() -> set[str]:
    """What is literally given to whatever makes a finding, where the id goes."""
    found = set()
    for node in (node for module in modules() for node in ast.walk(module)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in MAKERS:
            texts = [arg.value for arg in node.args[:2] if isinstance(arg, ast.Constant)]
            found |= {
                text for text in texts if isinstance(text, str) and re.fullmatch(r"[a-z]+(-[a-z]+)+", text)
            }
    return found


def test_every_rule_in_the_code_is_described() -> None:
    assert len(given()) > 40, "the code makes findings in another way: look for those too"
    assert (ids() | given()) - {rule.id for rule in RULES} == set()


def test_every_rule_that_is_described_is_in_the_code() -> None:
    assert {rule.id for rule in CATALOGUE} - ids() - set(OF_OTHER_KINDS) == set()


def test_no_rule_is_described_twice() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_says_all_that_whoever_it_stops_and_an_auditor_need(rule: Rule) -> None:
    for text in (rule.title, rule.description, rule.fix, rule.passes, rule.fails, rule.where):
        assert text
        assert text == text.strip()
    assert rule.description.endswith(".")
    assert not rule.title.endswith(".")
    assert not rule.fix.endswith(".")
    assert rule.passes != rule.fails
    assert rule.soc2
    assert all(re.fullmatch(r"[A-Z]{1,2}[0-9]\.[0-9]{1,2}", criterion) for criterion in rule.soc2)
    assert (CODE.parents[1] / rule.where).exists()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_no_policy_can_take_its_name(rule: Rule) -> None:
    assert rule.id.startswith(RESERVED)


SHOWN = {"<U+0007>": "\x07", "<U+200B>": "\u200b", "<TAB>": "\t", "<CR>": "\r", "<LF>": "\n"}
TOLD = {"yaml-depth", "yaml-encoding", "yaml-not-composed", "yaml-scalar-size", "yaml-size"}


@pytest.mark.parametrize(
    "rule", [rule for rule in yaml.RULES if rule.id not in TOLD], ids=lambda rule: rule.id
)
def test_the_examples_of_reading_are_true(rule: Rule) -> None:
    passes, fails = rule.passes, rule.fails
    for sign, character in SHOWN.items():
        passes, fails = passes.replace(sign, character), fails.replace(sign, character)
    assert parse("x.yaml", passes.encode()).findings == ()
    assert rule.id in {finding.rule for finding in parse("x.yaml", fails.encode()).findings}
