"""Promotions are judged by what the base branch's history pinned, never by what a document says."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from mlplatform.check.change_facts import ChangeFacts, nanoseconds
from mlplatform.core.check_result import CheckResult
from mlplatform.core.history import Pin
from mlplatform.core.naming import Kind
from tests.support.repository import (
    NEW,
    OLD,
    base_of,
    deployment,
    environment,
    good_repository,
    judged,
    loaded,
    said,
    with_change,
    without,
)

DEVELOPMENT = "environments/development/reading/recommender.yaml"
INTEGRATION = "environments/integration/reading/recommender.yaml"
PINNED = "environments/production/reading/recommender.yaml"
OTHER = "sha256:" + "3" * 64
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def _pin(environment: str, version: str, digest: str) -> Pin:
    return Pin(environment, "reading/recommender", version, digest, "a" * 40)


def _promoted(version: str, digest: str, *pins: Pin, auc: float = 0.93, complete: bool = True) -> CheckResult:
    """Production pins a version, in a change of the good repository whose history pinned these before."""
    before = good_repository()
    after = {**before, PINNED: deployment(version, digest, "integration", auc)}
    return judged(after, base=base_of(before, *pins, complete=complete))


def test_a_version_that_integration_pins_is_promoted() -> None:
    assert said(_promoted("1.1.0", NEW)) == []


def test_a_version_that_integration_pinned_before_is_promoted() -> None:
    assert said(_promoted("1.0.9", OTHER, _pin("integration", "1.0.9", OTHER))) == []


def test_a_version_that_only_development_pinned_is_denied() -> None:
    assert said(_promoted("1.2.0", OTHER, _pin("development", "1.2.0", OTHER))) == [
        f"{PINNED}:2:1 promotion-order 1.2.0 (sha256:333333333333) was never pinned in integration"
    ]


def test_another_digest_under_a_known_version_is_denied() -> None:
    (found,) = said(_promoted("1.1.0", OTHER))
    assert "it has another digest there" in found


def test_a_rollback_to_what_production_pinned_is_allowed_though_integration_never_did() -> None:
    assert said(_promoted("0.9.0", OTHER, _pin("production", "0.9.0", OTHER))) == []


def test_a_rollback_to_a_digest_that_production_never_pinned_is_denied() -> None:
    denied = _promoted("0.9.0", NEW, _pin("production", "0.9.0", OTHER))
    assert {finding.rule for finding in denied.findings} == {"promotion-order", "semver-order"}


def test_a_shallow_history_is_denied_with_the_cause() -> None:
    found = said(_promoted("1.1.0", NEW, complete=False))
    assert any("promotion-order" in one and "lacks part of the git history" in one for one in found)


def test_a_version_worse_than_the_present_one_is_denied() -> None:
    assert said(_promoted("1.1.0", NEW, auc=0.9)) == [
        f"{PINNED}:5:11 gates-regression auc goes from 0.93 to 0.9, and the gate allows a loss of 0.01"
    ]


def test_the_first_environment_takes_any_version() -> None:
    before = good_repository()
    after = {**before, DEVELOPMENT: deployment("2.0.0", OTHER)}
    assert said(judged(after, base=base_of(before))) == []


def test_a_change_cannot_choose_its_own_way_to_production() -> None:
    before = base_of(good_repository(), _pin("development", "1.2.0", OTHER))
    after = {
        **good_repository(),
        "environments/production/environment.yaml": environment(3, "development"),
        PINNED: deployment("1.2.0", OTHER, "development"),
    }
    found = judged(after, base=before).findings
    assert [finding.rule for finding in found if finding.is_error] == ["promotion-order"]


def test_a_promotion_of_integration_and_production_at_once_is_denied() -> None:
    standing = {**good_repository(), DEVELOPMENT: deployment("1.2.0", OTHER)}
    before = base_of(standing)
    after = {
        **standing,
        INTEGRATION: deployment("1.2.0", OTHER, "development"),
        PINNED: deployment("1.2.0", OTHER, "integration"),
    }
    assert [finding.path for finding in judged(after, base=before).findings] == [PINNED]


def test_another_scale_is_no_promotion() -> None:
    before = good_repository()
    after = with_change(before, PINNED, "instances: 1", "instances: 2")
    assert said(judged(after, base=base_of(before, complete=False))) == []


def test_removing_a_deployment_is_allowed() -> None:
    before = good_repository()
    assert said(judged(without(before, PINNED), base=base_of(before))) == []


def test_removing_a_whole_tenant_is_allowed() -> None:
    before = good_repository()
    gone = [path for path in before if "/reading/" in path or path.startswith("models/")]
    assert said(judged(without(before, *gone), base=base_of(before))) == []


def test_a_new_environment_is_taken_at_its_word() -> None:
    before = good_repository()
    folder = "environments/canary"
    after = {**before, f"{folder}/environment.yaml": environment(3, "integration")}
    quota = "quotas:\n"
    canary = "  canary: {gpu: 0, cpu: 4, memoryGiB: 8, endpoints: 2}\n"
    after = with_change(after, "tenants/reading/tenant.yaml", quota, quota + canary)
    pinned = f"{folder}/reading/recommender.yaml"
    good = judged({**after, pinned: deployment("1.1.0", NEW, "integration")}, base=base_of(before))
    bad = judged({**after, pinned: deployment("1.0.0", OLD, "integration")}, base=base_of(before))
    assert said(good) == []
    assert [finding.rule for finding in bad.findings] == ["promotion-order"]


def _facts(
    after: Mapping[str, str], before: Mapping[str, str], *pins: Pin, complete: bool = True
) -> dict[str, object]:
    head, base = loaded(after), base_of(before, *pins, complete=complete)
    changes = ChangeFacts(head, base, NOW)
    (change,) = (one for one in changes.documents if one.identity.kind is Kind.DEPLOYMENT)
    return changes.facts(change)


def test_the_facts_of_a_promotion() -> None:
    before = good_repository()
    after = {**before, PINNED: deployment("1.1.0", NEW, "integration")}
    known = _facts(after, before, _pin("production", "1.1.0", NEW), _pin("integration", "1.0.0", OLD))
    old, new = {"version": "1.0.0", "digest": OLD}, {"version": "1.1.0", "digest": NEW}
    assert known.pop("before")
    assert known.pop("signatureBefore")
    assert known == {
        "action": "changed",
        "changedKeys": ["digest", "version"],
        "now": 1_795_262_400_000_000_000,
        "freezes": [],
        "hasSignatureBefore": True,
        "step": "minor",
        "model": "reading/recommender",
        "sameArtifact": [],
        "promotesFrom": "integration",
        "historyComplete": True,
        "base": old,
        "relation": "up",
        "sourcePins": [new, old],
        "sourceLeft": [],
        "sourceRan": [new, old],
        "sourceOnHold": [],
        "ownPins": [old, new],
        "ownRan": [old, new],
        "isRollback": False,
        "revoked": [],
        "ranUntil": nanoseconds(NOW),
    }


@pytest.mark.parametrize(
    ("newest_first", "left"),
    [("", ""), ("0", ""), ("2", "2"), ("21", "2"), ("01", ""), ("23", "23"), ("3232", "3"), ("0102", "2")],
)
def test_what_the_environment_before_went_back_from_is_known(newest_first: str, left: str) -> None:
    before = {**good_repository(), PINNED: deployment("1.0.0", OLD, "integration")}
    after = {**before, PINNED: deployment("1.1.0", NEW, "integration")}
    pins = (_pin("integration", f"1.{minor}.0", NEW) for minor in newest_first)  # before 1.1.0, which stands
    known = _facts(after, before, *pins)["sourceLeft"]
    assert isinstance(known, list)
    assert "".join(pin["version"][2] for pin in known) == left


def test_versions_are_compared_as_semantic_versions() -> None:
    relations = {}
    for version in ("1.10.0", "1.9.0", "1.9.0-rc.1", "1.8.11"):
        before = {**good_repository(), PINNED: deployment("1.9.0", OLD, "integration")}
        after = {**before, PINNED: deployment(version, NEW, "integration")}
        relations[version] = _facts(after, before)["relation"]
    assert relations == {"1.10.0": "up", "1.9.0": "same", "1.9.0-rc.1": "down", "1.8.11": "down"}


def test_a_new_deployment_has_no_base() -> None:
    before = without(good_repository(), PINNED)
    known = _facts(good_repository(), before)
    assert (known["action"], known["base"], known["before"], known["relation"]) == (
        "added",
        None,
        None,
        "new",
    )


def test_a_removed_deployment_keeps_what_it_said() -> None:
    known = _facts(without(good_repository(), PINNED), good_repository())
    assert (known["action"], known["isRollback"]) == ("removed", False)
    assert known["base"] == {"version": "1.0.0", "digest": OLD}


def test_a_shallow_history_leaves_out_what_nobody_knows() -> None:
    before = good_repository()
    after = {**before, PINNED: deployment("1.1.0", NEW, "integration")}
    known = _facts(after, before, complete=False)
    assert {"sourcePins", "sourceLeft", "ownPins", "isRollback"}.isdisjoint(known)
    assert known["historyComplete"] is False


def test_a_document_that_cannot_be_read_is_not_taken_for_removed() -> None:
    before = good_repository()
    head = loaded({**before, PINNED: "{"})
    assert ChangeFacts(head, base_of(before), NOW).documents == ()


def test_a_step_up_is_named_by_the_first_part_that_differs() -> None:
    steps = {}
    for version in ("2.0.0", "1.10.0", "1.9.1", "1.9.0"):
        before = {**good_repository(), PINNED: deployment("1.9.0-rc.1", OLD, "integration")}
        steps[version] = _facts({**before, PINNED: deployment(version, NEW, "integration")}, before)["step"]
    assert steps == {"2.0.0": "major", "1.10.0": "minor", "1.9.1": "patch", "1.9.0": "prerelease"}


def test_windows_of_the_base_and_of_the_head_both_freeze() -> None:
    window = "freeze: [{from: 2026-11-20T00:00:00Z, to: 2026-11-22T00:00:00+01:00, reason: {}}]\n"
    good = good_repository()
    tenant, place = "tenants/reading/tenant.yaml", "environments/production/environment.yaml"
    before = {**good, tenant: good[tenant] + window.replace("{}", "Exams")}
    after = {**good, place: good[place] + window.replace("{}", "Audit")}
    after[PINNED] = good[PINNED].replace("instances: 1", "instances: 2")
    found = _facts(after, before)["freezes"]
    assert isinstance(found, list)
    assert [(one["by"], one["reason"]) for one in found] == [
        ("environment production", "Audit"),
        ("tenant reading", "Exams"),
    ]
    assert found[0]["to"] - found[0]["from"] == 47 * 3600 * 10**9


def test_an_environment_is_asked_about_when_only_its_deployments_change() -> None:
    before = good_repository()
    head = loaded({**before, PINNED: before[PINNED].replace("instances: 1", "instances: 2")})
    base = base_of(before)
    changes = ChangeFacts(head, base, NOW)
    (kept,) = (change for change in changes.documents if change.identity.kind is Kind.ENVIRONMENT)
    said = changes.facts(kept)
    assert (kept.identity.name, said["action"], said["changedKeys"]) == ("production", "kept", [])
    assert said["deployments"] == {"total": 1, "added": 0, "changed": 1, "removed": 0}


def test_until_when_a_version_ran_is_when_another_commit_ended_it() -> None:
    before = good_repository()
    after = {**before, PINNED: deployment("0.9.0", NEW, "integration")}
    assert "ranUntil" not in _facts(after, before)
    past = Pin("production", "reading/recommender", "0.9.0", NEW, "b" * 40, 3, 1_790_000_000)
    known = _facts(after, before, past)
    assert (known["isRollback"], known["ranUntil"]) == (True, 1_790_000_000_000_000_000)
