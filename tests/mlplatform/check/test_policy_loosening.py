"""A rule that a change's own policies enforce less is said, by name."""

import pytest

from mlplatform.check.policy_loosening import loosened_rules
from tests.support.repository import ROOT

PATH = "policies/rego/freeze.rego"
BEFORE = {PATH: (ROOT / PATH).read_text().replace("#   waivable: true\n", "")}


def changed(old: str, new: str) -> dict[str, str]:
    assert old in BEFORE[PATH]
    return {PATH: BEFORE[PATH].replace(old, new)}


@pytest.mark.parametrize(
    ("after", "message"),
    [
        (changed("severity: error", "severity: warning"), "goes from error to warning"),
        (
            changed("#   severity: error\n", "#   severity: error\n#   waivable: true\n"),
            "can be waived, and could not be",
        ),
        ({}, "is removed"),
        (changed("package platform.freeze", "pakage platform.freeze"), "is removed"),
    ],
)
def test_a_rule_that_is_enforced_less_is_named(after: dict[str, str], message: str) -> None:
    found = list(loosened_rules(BEFORE, after))
    assert found
    assert all(finding.path == PATH and not finding.is_error for finding in found)
    assert message in found[0].message


def test_rules_that_stay_become_stricter_or_are_new_loosen_nothing() -> None:
    milder = changed("severity: error", "severity: warning")
    assert list(loosened_rules(BEFORE, BEFORE)) == []
    assert list(loosened_rules(milder, BEFORE)) == []
    assert list(loosened_rules({}, BEFORE)) == []


def test_a_rule_that_moves_to_another_file_is_not_removed() -> None:
    moved = {
        "policies/rego/still.rego": BEFORE[PATH].replace("package platform.freeze", "package platform.still")
    }
    assert list(loosened_rules(BEFORE, moved)) == []
