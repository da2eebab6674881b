"""Every test beside the policies, run by the embedded engine; and each rule is tested both ways."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest

from mlplatform.providers.policy.annotations import package_of
from mlplatform.providers.policy.metadata import read_packages
from tests.support.rego import POLICIES, TESTS, embedded, names_of_tests, passes

PACKAGES, FLAWS = read_packages({path: text for path, text in POLICIES.items() if path not in TESTS})
RULES = [(package.path, rule) for package in PACKAGES for rule in package.rules]

# What a rule that always holds, and one that never does, add to a package: each has to fail a test.
ALWAYS = '\nsatisfied contains "{rule}"\n'
NEVER = '\ndeny contains {{"rule": "{rule}", "message": "never", "at": []}}\n'


@cache
def _real() -> Any:
    return embedded(POLICIES)


def _alone(path: str) -> dict[str, str]:
    """A policy, its tests and the libraries, which takes a fifth of the time that all policies take."""
    libraries = {one: text for one, text in POLICIES.items() if "/lib/" in one and one not in TESTS}
    return {**libraries, path: POLICIES[path], _tests_of(path): TESTS[_tests_of(path)]}


def _all_pass(path: str, policies: Mapping[str, str]) -> bool:
    engine, tests = embedded(policies), _tests_of(path)
    return all(passes(engine, tests, name) for name in names_of_tests(tests))


def _tests_of(path: str) -> str:
    return path.replace(".rego", "_test.rego")


@pytest.mark.parametrize(
    ("path", "name"),
    [
        pytest.param(path, name, id=f"{path[14:-10]}-{name[5:]}")
        for path in TESTS
        for name in names_of_tests(path)
    ],
)
def test_a_rego_testpasses(path: str, name: str) -> None:
    assert passes(_real(), path, name)


@pytest.mark.parametrize("path", [path for path in POLICIES if path not in TESTS])
def test_a_policy_has_tests_beside_it_under_a_name_of_their_own(path: str) -> None:
    tests = _tests_of(path)
    assert package_of(TESTS[tests]) == f"{package_of(POLICIES[path])}_test"
    names = names_of_tests(tests)
    assert names
    assert len(names) == len(set(names))


@pytest.mark.parametrize(("path", "rule"), RULES, ids=[rule for _, rule in RULES])
@pytest.mark.parametrize("mutant", [ALWAYS, NEVER], ids=["denies-something", "allows-something"])
def test_a_rule_has_a_test_that_fails_without_it(path: str, rule: str, mutant: str) -> None:
    alone = _alone(path)
    assert _all_pass(path, alone)
    assert not _all_pass(path, {**alone, path: alone[path] + mutant.format(rule=rule)})


def test_there_are_rules() -> None:
    assert FLAWS == ()
    assert len(RULES) >= 10
