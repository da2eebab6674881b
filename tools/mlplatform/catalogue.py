"""Every rule that a finding can carry: of Python's own checkers, of policies/rego, and of the scanner."""

from collections.abc import Mapping

from mlplatform.check import check
from mlplatform.check.rules import JUDGING_RULES
from mlplatform.core.rule import Rule, declared_rules
from mlplatform.load import (
    dataset_files,
    documents,
    free_text,
    hidden_diffs,
    paths,
    portable_tree,
    read_files,
    secrets,
    shadowed_modules,
    tables,
)
from mlplatform.providers.policy.interface import Flaw
from mlplatform.providers.policy.metadata import read_packages
from mlplatform.providers.scan.checks.catalogue import OWN, SCANNER
from mlplatform.providers.scan.checks.zizmor_audits import ZIZMOR
from mlplatform.strict_yaml import builder, characters, parser

CATALOGUE: tuple[Rule, ...] = (
    *declared_rules(builder, characters, parser, documents, hidden_diffs, paths, portable_tree, read_files),
    *declared_rules(shadowed_modules, dataset_files, tables, secrets, free_text),
    *JUDGING_RULES,
    *declared_rules(check),
)
"""The rules of Python's own checkers; a test finds a module with rules that is missing here."""


def rules_of(policies: Mapping[str, str]) -> tuple[dict[str, Rule], tuple[Flaw, ...]]:
    """The rules by id, with Rego texts by path, and what is wrong with packages that can therefore not say theirs.

    Of Checkov's checks only those that are ours: its own are many, and it takes seconds to ask for them.
    """
    packages, flaws = read_packages(policies)
    of_rego = (rule for package in packages for rule in package.rules.values())
    rules: dict[str, Rule] = {}
    for rule in (*CATALOGUE, *of_rego, *SCANNER, *OWN.values(), *ZIZMOR):
        rules.setdefault(rule.id, rule)
    return rules, flaws
