"""Whatever a document may say is heeded: each key has a reader whose effect a test shows, is refused, or is for people.

`READERS` names a test by its file and name, or a case of the corpus (tests/acceptance) that the key alone makes fail.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import pytest
import yaml
from pydantic import BaseModel

from mlplatform.core.kinds.document_kind import NotYet
from mlplatform.core.naming import Kind
from tests.support.repository import good_repository, judged, with_change

ROOT = Path(__file__).parents[3]
MODEL = "models/reading/recommender.yaml"
ACCESS_TESTS = "tests/mlplatform/flow/access/test_review.py"
EMERGENCY_TESTS = "tests/mlplatform/flow/emergency/test_emergency.py"
GITHUB_TESTS = "tests/mlplatform/providers/forge/github"
FREEZE = {
    "freeze[].from": "attacks/policy-freeze/freeze-of-the-{}",
    "freeze[].to": "attacks/policy-freeze/freeze-of-the-{}",
    "freeze[].reason": "policies/rego/freeze_test.rego/the_denial_says_whose_freeze_it_is_and_how_long",
}
READERS: Mapping[str, Mapping[str, str]] = {
    "platform": {
        "team[]": "attacks/policy-approvals/owners-approve-the-policies",
        "bots[]": "attacks/policy-approvals/approval-by-a-bot",
        "leavers[]": f"{ACCESS_TESTS}/who_has_left_and_is_still_listed_is_named_with_every_right",
        "emergency.authorisers[]": f"{EMERGENCY_TESTS}/a_forged_statement_lets_nothing_go_and_the_list_says_why",
        "emergency.signers": f"{EMERGENCY_TESTS}/the_signers_are_those_of_the_file_that_main_names",
        "emergency.hours": f"{EMERGENCY_TESTS}/one_that_would_not_count_is_refused_and_not_recorded",
        "emergency.gates[]": f"{EMERGENCY_TESTS}/a_forged_statement_lets_nothing_go_and_the_list_says_why",
        "ownedPaths[]": "attacks/policy-ownership/path-of-nobody",
        "approvals.tenant": "policies/rego/lib/quorum_test.rego/a_tenant_document_is_not_personal",
        "approvals.pii": "attacks/policy-approvals/pii-data-with-one-approval",
        "approvals.platform": "attacks/policy-approvals/platform-quorum-lowered-in-the-same-pull-request",
        "gitHost.provider": "tests/mlplatform/flow/review/test_verdict.py/"
        "main_says_which_git_host_it_is_and_not_the_branch",
        "gitHost.signers": "tests/mlplatform/flow/review/test_merge.py/"
        "the_signers_are_those_of_the_file_that_main_names",
        "prices.gpuHourUSD": "policies/rego/budget_test.rego/each_price_counts",
        "prices.cpuHourUSD": "attacks/policy-quota-and-budget/prices-raised-over-budgets",
        "prices.memoryGiBHourUSD": "policies/rego/budget_test.rego/each_price_counts",
        **{key: reader.format("platform") for key, reader in FREEZE.items()},
        "gitHost.people": "tests/mlplatform/core/test_codeowners.py/a_person_has_the_login_of_github",
        "gitHost.repository": f"{GITHUB_TESTS}/test_github_controls.py/a_refusal_to_show_names_the_permission",
        "gitHost.api": f"{GITHUB_TESTS}/test_issues.py/exactly_these_are_open_and_asked_again_nothing_changes",
        "gitHost.verdictApp": f"{GITHUB_TESTS}/test_commit_checks.py/"
        "a_status_of_the_same_name_by_another_app_or_a_person_is_no_verdict",
        **dict.fromkeys(
            (
                "gitHost.protection.approvals",
                "gitHost.protection.codeOwners",
                "gitHost.protection.lastPushApproval",
                "gitHost.protection.dismissStale",
            ),
            "tests/mlplatform/core/test_controls.py/"
            "a_key_of_protection_is_a_parameter_of_the_rule_for_pull_requests",
        ),
        "gitHost.protection.statuses[]": "tests/mlplatform/core/test_controls.py/"
        "the_statuses_are_those_of_github_actions_and_the_verdict_always_is_its_app_s",
        "gitHost.protection.mergeMethods[]": "tests/mlplatform/core/test_controls.py/"
        "the_merge_methods_are_those_of_main_and_of_the_repository",
        "gitHost.ledgerApp": "tests/mlplatform/core/test_controls.py/"
        "the_writer_of_the_ledger_is_the_ledger_app",
        "timestampServer": "tests/mlplatform/flow/evidence/test_timestamps.py/"
        "a_record_has_the_word_of_the_authority_that_main_names",
        "revoked[].digest": "attacks/policy-versions-and-signatures/"
        "rollback-to-bytes-revoked-by-the-platform",
        "revoked[].reason": "policies/rego/revoked_test.rego/what_was_revoked_may_not",
    },
    "tenant": {
        "owners[]": "attacks/policy-approvals/approval-by-an-outsider",
        "members[]": "attacks/beyond-the-list/member-leaves-what-he-owns",
        "clearance": "attacks/policy-clearance-and-sharing/clearance-too-low",
        "repositories[]": "attacks/policy-approvals/tenant-adds-a-repository",
        "accounts.training": "policies/rego/approvals_test.rego/"
        "what_is_granted_to_a_tenant_needs_the_platform_team_besides",
        "accounts.inference": "policies/rego/approvals_test.rego/"
        "what_is_granted_to_a_tenant_needs_the_platform_team_besides",
        "costCenter": "attacks/policy-ownership/cost-centre-of-another-tenant",
        "kmsKeys[]": "attacks/policy-ownership/key-that-two-tenants-list",
        "quotas{}.gpu": "attacks/policy-quota-and-budget/gpu-quota-exceeded",
        "quotas{}.cpu": "attacks/policy-quota-and-budget/cpu-quota-exceeded",
        "quotas{}.memoryGiB": "attacks/policy-quota-and-budget/memory-quota-exceeded",
        "quotas{}.instances": "attacks/policy-quota-and-budget/quota-exceeded-in-instances",
        "quotas{}.endpoints": "attacks/policy-quota-and-budget/quota-exceeded-by-many-small-ones",
        "budget.monthlyUSD": "attacks/policy-quota-and-budget/budget-exceeded",
        **{key: reader.format("tenant") for key, reader in FREEZE.items()},
    },
    "dataset": {
        "owner": "attacks/documents-another-tenants-name/dataset-owner-of-another-tenant",
        "location": "attacks/documents-another-tenants-name/data-of-another-tenants-folder",
        "format": "tests/mlplatform/check/test_validation_sample.py/"
        "a_sample_that_does_not_fit_is_one_finding_in_its_place",
        "digest": "attacks/beyond-the-list/data-changed-under-its-digest",
        "classification": "attacks/policy-pii-relabelled/pii-dataset-relabelled",
        "columns{}.classification": "attacks/policy-pii-relabelled/pii-column-relabelled",
        "columns{}.type": "policies/rego/pii_columns_test.rego/what_describes_a_personal_thing_is_ordinary",
        "columns{}.notPersonal": "policies/rego/pii_columns_test.rego/"
        "why_a_column_is_not_personal_answers_the_warning_alone",
        "encryption.atRest": "attacks/policy-pii-protection/pii-encryption-none",
        "encryption.key": "attacks/policy-pii-protection/pii-without-key",
        "encryption.inTransit": "attacks/policy-pii-protection/pii-in-clear-on-the-way",
        "retention.days": "attacks/policy-pii-protection/pii-without-retention",
        "retention.deletion": "attacks/policy-pii-protection/pii-without-retention",
        "consent.basis": "attacks/policy-pii-protection/pii-without-consent",
        "consent.record": "attacks/policy-pii-protection/pii-with-blank-consent",
        "sharedWith[]": "attacks/policy-clearance-and-sharing/data-not-shared",
    },
    "model": {
        "owner": "attacks/documents-another-tenants-name/owner-of-another-tenant",
        "critical": "tests/mlplatform/flow/reconcile/test_critical_models.py/"
        "a_model_is_critical_as_the_newest_applied_commit_that_declared_it_there_says",
        "type": "tests/mlplatform/plan/test_plan.py/a_batch_model_is_copied_and_made_champion_and_not_served",
        "format": "attacks/policy-executable-formats/executable-format-in-production",
        "signature.inputs[].name": "tests/mlplatform/plan/test_signatures.py/"
        "a_new_version_is_what_its_document_says",
        "signature.inputs[].type": "tests/mlplatform/plan/test_signatures.py/"
        "a_new_version_is_what_its_document_says",
        "signature.inputs[].shape[]": "attacks/policy-versions-and-signatures/shape-changed-in-a-patch",
        "signature.outputs[].name": "tests/mlplatform/flow/promotion/test_validate.py/"
        "a_version_that_answers_in_another_shape_is_not_valid",
        "signature.outputs[].type": "attacks/policy-versions-and-signatures/"
        "output-type-changed-in-a-minor-version",
        "signature.outputs[].shape[]": "tests/mlplatform/flow/promotion/test_validate.py/"
        "a_version_that_answers_in_another_shape_is_not_valid",
        "data.datasets[]": "attacks/policy-clearance-and-sharing/clearance-too-low",
        "training.script": "attacks/documents-another-tenants-name/training-script-missing",
        "gates{}{}.min": "attacks/policy-metrics/metric-below-the-gate",
        "gates{}{}.max": "attacks/policy-metrics/metric-above-the-gate",
        "gates{}{}.maxDropFromCurrent": "attacks/policy-metrics/worse-than-what-runs",
        "slo.latencyP99Ms": "tests/mlplatform/flow/promotion/test_validate.py/"
        "a_version_slower_than_its_slo_is_not_valid",
        "monitoring.requestLog": "attacks/policy-pii-in-request-logs/requests-logged-in-full",
        "validation.dataset": "attacks/beyond-the-list/validated-with-rows-that-are-nowhere",
        "validation.target": "attacks/policy-metrics/validated-against-its-own-input",
        "validation.inputs[]": "attacks/policy-metrics/validated-against-its-own-input",
        "validation.task": "attacks/documents-wrong-types/regression-with-classes",
        "validation.classes[]": "tests/mlplatform/validate/test_sample.py/"
        "a_class_is_told_by_its_name_or_its_number",
        "validation.rows": "tests/mlplatform/validate/test_sample.py/"
        "no_more_rows_are_taken_than_are_asked_for",
        "probe.inputs{}": "attacks/documents-wrong-types/probe-of-the-wrong-shape",
        "revoked[].version": "attacks/policy-versions-and-signatures/"
        "rollback-to-a-version-revoked-by-its-model",
        "revoked[].reason": "policies/rego/revoked_test.rego/what_was_revoked_may_not",
    },
    "environment": {
        "order": "attacks/beyond-the-list/environment-order-swapped",
        "promotesFrom": "attacks/policy-promotion/promotion-skips-integration",
        "approvals.required": "attacks/policy-approvals/one-approval-of-two",
        "approvals.from[]": "attacks/policy-approvals/approval-by-a-member",
        "approvals.selfApproval": "attacks/policy-approvals/approval-by-the-requester",
        **{key: reader.format("environment") for key, reader in FREEZE.items()},
        "registry.provider": "tests/mlplatform/providers/registry/test_contract.py/"
        "a_version_is_read_back_as_it_was_added",
        "registry.uri": "attacks/beyond-the-list/registry-not-there",
        "registry.prefix": "attacks/beyond-the-list/registry-shared",
        "registry.legacyStages": "tests/mlplatform/providers/registry/test_mlflow_point.py/"
        "without_legacy_stages_none_is_set",
        "serving.provider": "attacks/beyond-the-list/provider-not-there",
        "serving.uri": "attacks/beyond-the-list/serving-somewhere-else",
        "blastRadius.maxChangedPercent": "attacks/beyond-the-list/blast-radius",
        "blastRadius.minResources": "tests/mlplatform/plan/test_plan.py/"
        "a_small_number_of_changes_is_within_the_blast_radius_whatever_its_share",
        "blastRadius.maxChanged": "attacks/beyond-the-list/blast-radius-by-number-dropped-with-the-change",
    },
    "deployment": {
        "version": "attacks/policy-versions-and-signatures/version-goes-back",
        "digest": "attacks/policy-promotion/promotion-with-another-digest",
        "from.environment": "attacks/documents-another-tenants-name/origin-names-another-environment",
        "from.data{}": "attacks/documents-another-tenants-name/origin-names-other-data",
        "metrics{}": "attacks/policy-metrics/metric-missing",
        "serving.instances": "tests/mlplatform/plan/test_drift_revert.py/"
        "another_number_of_instances_is_loaded_by_an_ordinary_plan",
        "serving.cpu": "attacks/policy-quota-and-budget/cpu-quota-exceeded",
        "serving.memoryGiB": "attacks/policy-quota-and-budget/memory-quota-exceeded",
        "serving.gpu.count": "attacks/beyond-the-list/gpu-not-offered",
        "rollout.strategy": "attacks/beyond-the-list/canary-not-offered",
        "rollout.steps[]": "attacks/beyond-the-list/abort-that-nobody-heeds",
        "rollout.stepSeconds": "attacks/beyond-the-list/abort-that-nobody-heeds",
        "rollout.abortOn.errorRate": "attacks/beyond-the-list/abort-that-nobody-heeds",
        "rollout.abortOn.latencyP99Ms": "attacks/beyond-the-list/abort-that-nobody-heeds",
        "rollout.minRequests": "attacks/beyond-the-list/abort-that-nobody-heeds",
        **dict.fromkeys(
            ("experiment.id", "experiment.challenger.version", "experiment.challenger.digest"),
            "attacks/beyond-the-list/experiment-not-offered",
        ),
        "experiment.percent": "attacks/beyond-the-list/experiment-not-offered",
        **dict.fromkeys(
            ("shadow.version", "shadow.digest", "shadow.percent"),
            "attacks/beyond-the-list/shadow-not-offered",
        ),
    },
    "waiver": {
        "rule": "attacks/policy-waivers/waiver-for-another-rule",
        "path": "attacks/policy-waivers/waiver-for-another-file",
        "covers[]": "attacks/policy-waivers/waiver-of-another-column",
        "reason": "attacks/policy-waivers/waiver-with-a-reason-of-a-word",
        "owner": "attacks/policy-waivers/waiver-of-an-outsider",
        "expires": "attacks/policy-waivers/waiver-expired",
    },
    "access-review": {
        "commit": "attacks/beyond-the-list/access-review-of-no-commit-signed-by-nobody",
        "digest": f"{ACCESS_TESTS}/a_sign_off_of_another_listing_is_denied",
        "reviewer": f"{ACCESS_TESTS}/who_did_not_sign_did_not_review",
        "decisions[].who": f"{ACCESS_TESTS}/what_was_decided_is_looked_for_by_the_next_review",
        "decisions[].decision": f"{ACCESS_TESTS}/what_was_decided_is_looked_for_by_the_next_review",
    },
    "incident": {
        "severity": "tests/mlplatform/core/test_incident.py/the_objective_is_an_hour_for_p0_and_four_for_p1",
        "title": "attacks/policy-incidents/incident-with-an-address",
        "detected": "attacks/policy-incidents/incident-mitigated-before-it-was-declared",
        "declared": "attacks/policy-incidents/incident-mitigated-before-it-was-declared",
        "mitigated": "attacks/policy-incidents/incident-in-the-future",
        "resolved": "attacks/policy-incidents/incident-reopened",
        "cause": "attacks/policy-incidents/incident-resolved-without-a-cause",
        "commander": "attacks/policy-incidents/incident-led-by-nobody",
        "tenants[]": "attacks/policy-incidents/incident-approved-by-the-tenant-that-it-adds",
        "models[]": "tests/mlplatform/flow/check/test_incidents.py/what_is_not_there_is_named_at_its_place",
        "environments[]": "tests/mlplatform/flow/check/test_incidents.py/what_is_not_there_is_named_at_its_place",
        "changes[]": "attacks/policy-incidents/incident-with-a-change-that-main-lacks",
        "actions[].what": "tests/mlplatform/report/test_incidents.py/what_is_to_be_done_is_listed_until_it_is",
        "actions[].owner": "tests/mlplatform/flow/check/test_incidents.py/what_is_not_there_is_named_at_its_place",
        "actions[].due": "tests/mlplatform/report/test_incidents.py/what_is_to_be_done_is_listed_until_it_is",
        "actions[].done": "tests/mlplatform/report/test_incidents.py/what_is_to_be_done_is_listed_until_it_is",
    },
}
NOT_YET = [(kind, gap) for kind in Kind for gap in kind.entry.not_yet]
GIVEN = {
    "data.features[]": ("reading/lexicon]}", "reading/lexicon], features: [reading/history]}"),
    "type": ("type: real-time", "type: streaming"),
    "slo.availability": ("format: onnx", "format: onnx\nslo: {availability: 99.9, latencyP99Ms: 200}"),
    "slo.windowDays": ("format: onnx", "format: onnx\nslo: {windowDays: 30, latencyP99Ms: 200}"),
    "monitoring.sampleRate": ("format: onnx", "format: onnx\nmonitoring: {sampleRate: 0}"),
    "monitoring.drift": ("format: onnx", "format: onnx\nmonitoring: {drift: {method: ks, threshold: 0.1}}"),
}


def _types(annotation: Any) -> Iterator[Any]:
    """Yield the types that a value may have, without what may surround them: Annotated, `| None`."""
    if get_origin(annotation) is Annotated:
        yield from _types(get_args(annotation)[0])
    elif get_origin(annotation) in (Union, UnionType):
        for part in get_args(annotation):
            yield from _types(part)
    elif annotation is not type(None):
        yield annotation


def _keys(annotation: Any, key: str) -> Iterator[str]:
    for type_ in _types(annotation):
        if get_origin(type_) in (list, dict):
            yield from _keys(get_args(type_)[-1], f"{key}[]" if get_origin(type_) is list else f"{key}{{}}")
        elif isinstance(type_, type) and issubclass(type_, BaseModel):
            yield from leaves(type_, f"{key}.")
        else:
            yield key


def leaves(body: type[BaseModel], at: str = "") -> Iterator[str]:
    """Yield every key that holds a value, as `columns{}.type` and `owners[]`."""
    for name, field in body.model_fields.items():
        yield from _keys(field.annotation, f"{at}{field.alias or name}")


def _is_under(key: str, gaps: tuple[NotYet, ...]) -> bool:
    return any(not gap.value and (key == gap.key or key.startswith(f"{gap.key}.")) for gap in gaps)


@pytest.mark.parametrize("kind", Kind)
def test_every_key_is_read_or_refused_or_for_people(kind: Kind) -> None:
    keys = [key for key in leaves(kind.entry.body) if key != "schema"]  # which load reads, for every kind
    assert keys
    entry = kind.entry
    answers = {
        key: [key in READERS[kind.value], _is_under(key, entry.not_yet), key in entry.for_people]
        for key in keys
    }
    assert {key: answer for key, answer in answers.items() if sum(answer) != 1} == {}
    assert ({*READERS[kind.value], *entry.for_people}) - set(keys) == set()


@cache
def _cases(file: str) -> frozenset[str]:
    text = (ROOT / f"tests/acceptance/{file}.yaml").read_text()
    return frozenset(case["name"] for case in yaml.load(text, Loader=yaml.CSafeLoader)["cases"])


@pytest.mark.parametrize("reader", sorted({reader for keys in READERS.values() for reader in keys.values()}))
def test_the_test_of_a_reader_is_there(reader: str) -> None:
    file, _, name = reader.rpartition("/")
    if file.startswith("attacks/"):
        assert name in _cases(file)
    else:
        assert re.search(rf"\btest_{name}\b", (ROOT / file).read_text())


@pytest.mark.parametrize(("kind", "gap"), NOT_YET, ids=lambda part: getattr(part, "rule", str(part)))
def test_a_key_that_nothing_heeds_is_refused_by_name(kind: Kind, gap: NotYet) -> None:
    assert kind is Kind.MODEL
    checked = judged(with_change(good_repository(), MODEL, *GIVEN[gap.key]))
    (refused,) = [finding for finding in checked.findings if finding.rule == gap.rule.id]
    assert refused.is_error
    assert "yet" in refused.message
    assert gap.key.removesuffix("[]") in refused.message
    assert set(checked.repository.blocked_tenants) == {"reading"}


def test_an_empty_list_asks_for_nothing() -> None:
    files = with_change(good_repository(), MODEL, "reading/lexicon]}", "reading/lexicon], features: []}")
    assert judged(files).findings == ()
