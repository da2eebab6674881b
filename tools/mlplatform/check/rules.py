"""Every rule that a finding can carry: of Python's own checkers, of policies/rego, and of the scanner."""

from collections.abc import Mapping

from mlplatform.core.catalogue import CATALOGUE
from mlplatform.core.rule import Rule
from mlplatform.providers.policy.interface import Flaw
from mlplatform.providers.policy.metadata import read_packages
from mlplatform.providers.scan.checks.catalogue import OWN, SCANNER


def rules_of(policies: Mapping[str, str]) -> tuple[dict[str, Rule], tuple[Flaw, ...]]:
    """The rules by id, with Rego texts by path, and what is wrong with packages that can therefore not say theirs.

    Of Checkov's checks only those that are ours: its own are many, and it takes seconds to ask for them.
    """
    packages, flaws = read_packages(policies)
    of_rego = (rule for package in packages for rule in package.rules.values())
    rules: dict[str, Rule] = {}
    for rule in (*CATALOGUE, *of_rego, *SCANNER, *OWN.values()):
        rules.setdefault(rule.id, rule)
    return rules, flaws
