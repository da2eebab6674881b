"""Every test beside the policies, run by the embedded engine; and each rule is tested both ways."""

import re
from functools import cache
from typing import Any

import pytest

from mlplatform.providers.policy.annotations import package_of
from mlplatform.providers.policy.metadata import read_packages
from tests.support.repository import real_policies

POLICIES = real_policies()
TESTS = {path: text for path, text in POLICIES.items() if path.endswith("_test.rego")}
PACKAGES, FLAWS = read_packages({path: text for path, text in POLICIES.items() if path not in TESTS})
RULES = [(package.path, rule) for package in PACKAGES for rule in package.rules]

# What a rule that always holds, and one that never does, add to a package: each has to fail a test.
ALWAYS = '\nsatisfied contains "{rule}"\n'
NEVER = '\ndeny contains {{"rule": "{rule}", "message": "never", "at": []}}\n'


def _names(path: str) -> list[str]:
    return re.findall(r"^(test_\w+)", TESTS[path], re.MULTILINE)


def _engine(policies: dict[str, str]) -> Any:
    from regorus import Engine

    engine = Engine()
    for path, text in policies.items():
        engine.add_policy(path, text)
    engine.set_input({})
    return engine


@cache
def _real() -> Any:
    return _engine(POLICIES)


def _passes(engine: Any, path: str, name: str) -> bool:
    return bool(engine.eval_rule_as_json(f"data.{package_of(TESTS[path])}.{name}") == "true")


@pytest.mark.parametrize(
    ("path", "name"),
    [pytest.param(path, name, id=f"{path[14:-10]}-{name[5:]}") for path in TESTS for name in _names(path)],
)
def test_a_rego_test_passes(path: str, name: str) -> None:
    assert _passes(_real(), path, name)


@pytest.mark.parametrize("path", [path for path in POLICIES if path not in TESTS])
def test_a_policy_has_tests_beside_it_under_a_name_of_their_own(path: str) -> None:
    tests = path.replace(".rego", "_test.rego")
    assert package_of(TESTS[tests]) == f"{package_of(POLICIES[path])}_test"
    names = _names(tests)
    assert names
    assert len(names) == len(set(names))


@pytest.mark.parametrize(("path", "rule"), RULES, ids=[rule for _, rule in RULES])
@pytest.mark.parametrize("mutant", [ALWAYS, NEVER], ids=["denies-something", "allows-something"])
def test_a_rule_has_a_test_that_fails_without_it(path: str, rule: str, mutant: str) -> None:
    tests = path.replace(".rego", "_test.rego")
    engine = _engine({**POLICIES, path: POLICIES[path] + mutant.format(rule=rule)})
    assert not all(_passes(engine, tests, name) for name in _names(tests))


def test_there_are_rules() -> None:
    assert FLAWS == ()
    assert len(RULES) >= 10
