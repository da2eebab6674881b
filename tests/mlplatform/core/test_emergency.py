"""Which findings an emergency lets go."""

from datetime import UTC, datetime

import pytest

from mlplatform.core.emergency import PASSABLE_GATES, ActiveEmergency, JudgedChange, passed_findings
from mlplatform.core.finding import error, warning

PIN, OTHERS = "environments/production/clinic/tumour.yaml", "environments/production/postal/digits.yaml"
ENVIRONMENT = "environments/production/environment.yaml"


def passes(rule: str, path: str, *paths: str, tenants: tuple[str, ...] = ("clinic",)) -> bool:
    """True when an emergency of every gate lets an error go in a change of these paths that ada approved."""
    emergency = ActiveEmergency(
        "0" * 12, "2026-11-30-x-y", "margaret", PASSABLE_GATES, frozenset(tenants), datetime.now(UTC)
    )
    change = JudgedChange(paths or (path,), {path: {"ada"}}, frozenset({"linus"}))
    return bool(passed_findings([emergency], [error(rule, path, "")], change))


@pytest.mark.parametrize("rule", sorted(PASSABLE_GATES))
def test_each_gate_of_the_table_is_passed_for_a_deployment_of_its_tenant_alone(rule: str) -> None:
    assert passes(rule, PIN)
    assert not passes(rule, OTHERS)
    assert not passes(rule, "tenants/clinic/tenant.yaml")
    assert not passes(rule, "policies/rego/freeze.rego")


@pytest.mark.parametrize(
    "rule",
    [
        "approvals-platform",
        "clearance-level",
        "link-origin",
        "secret-found",
        "encryption-at-rest",
        "pii-undeclared",
        "artifact-identity",
        "format-executable",
        "revoked-version",
        "metrics-kept",
        "check-crashed",
    ],
)
def test_what_is_not_in_the_table_is_never_passed(rule: str) -> None:
    assert not passes(rule, PIN)


def test_what_an_environment_allows_is_passed_where_all_that_changes_there_is_its_tenants() -> None:
    assert passes("blast-radius", ENVIRONMENT, PIN)
    assert not passes("blast-radius", ENVIRONMENT, PIN, OTHERS)
    assert passes("blast-radius", ENVIRONMENT, PIN, OTHERS, tenants=("clinic", "postal"))
    assert not passes("blast-radius", ENVIRONMENT, PIN, ENVIRONMENT)
    assert not passes("blast-radius", ENVIRONMENT, "models/clinic/tumour.yaml")


def test_a_warning_needs_no_emergency() -> None:
    change = JudgedChange((PIN,), {}, frozenset())
    emergency = ActiveEmergency(
        "0" * 12, "x", "margaret", PASSABLE_GATES, frozenset({"clinic"}), datetime.now(UTC)
    )
    assert passed_findings([emergency], [warning("freeze-window", PIN, "")], change) == ()
