"""The tests beside the policies, and an engine that runs them."""

import re
from collections.abc import Mapping
from typing import Any

from mlplatform.providers.policy.annotations import package_of
from tests.support.repository import real_policies

POLICIES = real_policies()
TESTS = {path: text for path, text in POLICIES.items() if path.endswith("_test.rego")}


def names_of_tests(path: str) -> list[str]:
    """The tests of a file, in order."""
    return re.findall(r"^(test_\w+)", TESTS[path], re.MULTILINE)


def embedded(policies: Mapping[str, str]) -> Any:
    """A regorus engine with texts that may be tests."""
    from regorus import Engine

    engine = Engine()
    for path, text in policies.items():
        engine.add_policy(path, text)
    engine.set_input({})
    return engine


def passes(engine: Any, path: str, name: str) -> bool:
    """Whether a test is true there; one that stops with an error raises."""
    return bool(engine.eval_rule_as_json(f"data.{package_of(TESTS[path])}.{name}") == "true")
