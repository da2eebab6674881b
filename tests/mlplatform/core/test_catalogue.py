"""The catalogue holds every rule that Python's checkers declare, and each of them is used; its examples are true."""

import ast
import importlib
import re
from collections import Counter
from pathlib import Path

import pytest

from mlplatform.catalogue import CATALOGUE
from mlplatform.core.rule import Rule, declared_rules
from mlplatform.providers.policy.metadata import RESERVED
from mlplatform.providers.scan.checks.catalogue import SCANNER
from mlplatform.providers.scan.checks.zizmor_audits import ZIZMOR
from mlplatform.strict_yaml import builder, characters, parser
from mlplatform.strict_yaml.parser import parse

CODE = Path(__file__).parents[3] / "tools/mlplatform"
RULES = (*CATALOGUE, *SCANNER, *ZIZMOR)
FAMILIES = "yaml|path|file|schema|link|data|capability|waiver|policy|check|checkov|document|codeowners|zizmor"
ID = re.compile(rf"({FAMILIES})(-[a-z]+)+")
NO_RULES = {"check-ref-format"}


def modules() -> dict[str, ast.Module]:
    """Every module of ours, by name."""
    paths = {
        ".".join(path.relative_to(CODE.parent).with_suffix("").parts): path for path in CODE.rglob("*.py")
    }
    return {name: ast.parse(path.read_text()) for name, path in paths.items()}


def constants() -> dict[str, Rule]:
    """The rules that modules declare as constants, by the name of the constant."""
    declaring = [name for name, module in modules().items() if "declare_rule" in loaded_names(module)]
    declared = [importlib.import_module(name) for name in declaring]
    return {
        name: value
        for module in declared
        for name, value in vars(module).items()
        if value in declared_rules(module)
    }


def loaded_names(module: ast.Module) -> set[str]:
    """The names and attributes that a module reads."""
    nodes = (node for node in ast.walk(module) if isinstance(getattr(node, "ctx", None), ast.Load))
    return {getattr(node, "id", getattr(node, "attr", "")) for node in nodes}


def test_every_rule_that_is_declared_is_in_the_catalogue() -> None:
    assert len(constants()) > 60
    assert {rule.id for rule in constants().values()} - {rule.id for rule in CATALOGUE} == set()


def test_every_rule_that_is_declared_is_used() -> None:
    assert constants().keys() - set().union(*map(loaded_names, modules().values())) == set()


def test_the_id_of_a_rule_is_written_once() -> None:
    texts = [
        node.value
        for name, module in modules().items()
        if not name.startswith("mlplatform.providers.scan")  # its rules have a catalogue of their own
        for node in ast.walk(module)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and ID.fullmatch(node.value)
    ]
    times = Counter(texts) - Counter((*RESERVED, *NO_RULES))
    assert set(times) <= {rule.id for rule in RULES}
    assert [text for text, count in times.items() if count > 1] == []


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
READING = declared_rules(builder, characters, parser)
TOLD = {"yaml-depth", "yaml-encoding", "yaml-not-composed", "yaml-scalar-size", "yaml-size"}


@pytest.mark.parametrize("rule", [rule for rule in READING if rule.id not in TOLD], ids=lambda rule: rule.id)
def test_the_examples_of_reading_are_true(rule: Rule) -> None:
    passes, fails = rule.passes, rule.fails
    for sign, character in SHOWN.items():
        passes, fails = passes.replace(sign, character), fails.replace(sign, character)
    assert parse("x.yaml", passes.encode()).findings == ()
    assert rule.id in {finding.rule for finding in parse("x.yaml", fails.encode()).findings}
