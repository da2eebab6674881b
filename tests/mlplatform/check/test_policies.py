"""What policies deny is found with its rule, place and fix; a policy that does not answer is a denial."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from mlplatform.check.check import check
from mlplatform.core.check_result import CheckResult
from mlplatform.core.finding import Severity
from mlplatform.providers.policy import connect_engine
from mlplatform.providers.policy.interface import Decision, PolicyError
from tests.support.repository import (
    base_of,
    good_repository,
    judged,
    loaded,
    said,
    second_tenant,
    with_change,
    without,
)

TENANT = "tenants/reading/tenant.yaml"
EVENTS = "tenants/reading/datasets/events.yaml"
MODEL = "models/reading/recommender.yaml"
PINNED = "environments/production/reading/recommender.yaml"
EXTRA = "policies/rego/extra.rego"
ENCRYPTION = "policies/rego/encryption.rego"

DENIED = {
    "a disk in clear": (
        (EVENTS, "atRest: aws:kms", "atRest: AES256"),
        f"{EVENTS}:11:14 encryption-at-rest pii data is not encrypted at rest with a managed key",
    ),
    "no key": (
        (EVENTS, "key: alias/reading, ", ""),
        f"{EVENTS}:11:14 encryption-at-rest pii data is not encrypted at rest with a managed key",
    ),
    "a wire in clear": (
        (EVENTS, "inTransit: tls", "inTransit: none"),
        f"{EVENTS}:11:51 encryption-in-transit pii data is not encrypted in transit",
    ),
    "no retention": (
        (EVENTS, "retention: {days: 365, deletion: anonymise}\n", ""),
        f"{EVENTS}:1:1 pii-retention pii data does not say how long it is kept and how it is deleted",
    ),
    "no consent": (
        (EVENTS, "consent: {basis: contract, record: DPA-17}\n", ""),
        f"{EVENTS}:1:1 pii-consent pii data does not name the basis on which it is processed and the record of it",
    ),
    "pii called public": (
        (EVENTS, "classification: pii\ncol", "classification: public\ncol"),
        f"{EVENTS}:7:1 classification-covers-columns the data set is classified public and holds pii columns",
    ),
    "too little clearance": (
        (TENANT, "clearance: pii", "clearance: internal"),
        f"{MODEL}:9:19 data-clearance reading/events is pii data and tenant reading is cleared for internal",
    ),
    "a metric below its gate": (
        (PINNED, "auc: 0.93", "auc: 0.84"),
        f"{PINNED}:5:11 gates-met auc is 0.84 and the gate asks for at least 0.85",
    ),
    "a metric that is not recorded": (
        (PINNED, "metrics: {auc: 0.93}\n", ""),
        f"{PINNED}:1:1 gates-met auc has a gate in this environment and is not recorded",
    ),
}


@pytest.mark.parametrize(("change", "expected"), DENIED.values(), ids=DENIED)
def test_what_a_policy_denies_is_found_at_its_place(change: tuple[str, str, str], expected: str) -> None:
    assert said(judged(with_change(good_repository(), *change))) == [expected]


def test_another_tenants_data_is_not_read_unless_shared() -> None:
    files = {**good_repository(), **second_tenant()}
    files = with_change(files, MODEL, "reading/lexicon", "school/grades")
    assert said(judged(files), "data-sharing") == []
    files = with_change(
        files, "tenants/school/datasets/grades.yaml", "sharedWith: [reading]", "sharedWith: []"
    )
    assert said(judged(files), "data-sharing") == [
        f"{MODEL}:9:35 data-sharing school/grades is not shared with tenant reading"
    ]


def test_a_denial_carries_the_severity_and_the_fix_of_its_rule() -> None:
    checked = judged(with_change(good_repository(), EVENTS, "inTransit: tls", "inTransit: none"))
    (finding,) = checked.findings
    assert (finding.severity, finding.fix) == (Severity.ERROR, "Set encryption.inTransit to tls.")


def test_a_rule_that_warns_stops_nothing() -> None:
    files = with_change(good_repository(), EVENTS, "inTransit: tls", "inTransit: none")
    rule = "  id: encryption-in-transit\n#   severity: error"
    files = with_change(files, ENCRYPTION, rule, rule.replace("error", "warning"))
    checked = judged(files)
    assert [finding.severity for finding in checked.findings] == [Severity.WARNING]
    assert checked.is_clean
    assert not checked.repository.blocked_tenants


def _extra(
    rego: str, *, kinds: str = "[tenant]", asks: str = "state", reads: str = "[document]"
) -> dict[str, str]:
    """The good repository with one more package, that has one rule."""
    head = (
        f"# METADATA\n# title: extra\n# custom:\n#   kinds: {kinds}\n#   asks: {asks}\n#   reads: {reads}\n"
        "package platform.extra\n\n"
        "# METADATA\n# title: extra rule\n# description: because\n"
        "# custom: {id: extra-rule, severity: error, soc2: [CC6.1], fix: mend it, passes: a, fails: b}\n"
    )
    return {**good_repository(), EXTRA: head + rego}


SATISFIED = 'satisfied contains "extra-rule" if input.document.schema\n'
NO_DENIAL = "deny := set()\n"
DECISION = 'decision := {"evaluated": satisfied, "deny": deny}\n'

UNANSWERED = {
    "no decision": (SATISFIED, "did not answer for extra-rule: it has no decision"),
    "an undefined decision": (
        SATISFIED + "decision := input.document.nowhere\n",
        "did not answer for extra-rule: its decision is undefined",
    ),
    "an undefined rule": (
        'satisfied contains "extra-rule" if input.document.nowhere\n' + NO_DENIAL + DECISION,
        "did not evaluate extra-rule: a value that it needs is undefined",
    ),
    "a denial that is undefined itself": (
        'satisfied contains "extra-rule" if false\n'
        'deny contains {"rule": "extra-rule", "message": input.document.nowhere, "at": []} '
        'if not "extra-rule" in satisfied\n' + DECISION,
        "did not evaluate extra-rule: a value that it needs is undefined",
    ),
    "a built-in that raises": (
        'satisfied contains "extra-rule" if to_number(input.document.description) > 1\n'
        + NO_DENIAL
        + DECISION,
        "did not answer for extra-rule: it stopped at policies/rego/extra.rego:13:",
    ),
    "a built-in that raises behind not": (
        'satisfied contains "extra-rule" if not to_number(input.document.description) > 1\n'
        + NO_DENIAL
        + DECISION,
        "did not answer for extra-rule: it stopped at policies/rego/extra.rego:13:",
    ),
    "two values for one rule": (
        SATISFIED + NO_DENIAL + DECISION + 'decision := {"evaluated": {"extra-rule"}, "deny": {1}} if true\n',
        "did not answer for extra-rule: it stopped at policies/rego/extra.rego:16:",
    ),
    "a decision that is a word": (SATISFIED + 'decision := "yes"\n', "its decision is undefined"),
    "a decision with one key more": (
        SATISFIED + 'decision := {"evaluated": satisfied, "deny": set(), "allow": true}\n',
        "its decision has to hold evaluated and deny, and nothing else but approvedBy and required",
    ),
    "a denial that is a word": (
        SATISFIED + 'decision := {"evaluated": satisfied, "deny": {"no"}}\n',
        "each denial has to hold rule, message and at, and nothing else but fix",
    ),
    "a denial whose message is no text": (
        SATISFIED
        + 'decision := {"evaluated": satisfied, "deny": {{"rule": "extra-rule", "message": 7, "at": []}}}\n',
        "the rule and the message of a denial have to be text",
    ),
    "a rule that nobody declared": (
        SATISFIED + NO_DENIAL + 'decision := {"evaluated": satisfied | {"other-rule"}, "deny": deny}\n',
        "answers for other-rule, which its METADATA does not declare",
    ),
    "evaluated that is no set": (
        'decision := {"evaluated": "extra-rule", "deny": set()}\n',
        "its evaluated has to be a set of rule ids",
    ),
    "approvals that are no set": (
        'decision := {"evaluated": satisfied, "deny": deny, "approvedBy": "ada"}\n'
        'satisfied contains "extra-rule"\n' + NO_DENIAL,
        "its approvedBy has to be a set of logins",
    ),
    "approvals by a package that judges no review": (
        'decision := {"evaluated": satisfied, "deny": deny, "approvedBy": {"ada"}}\n'
        'satisfied contains "extra-rule"\n' + NO_DENIAL,
        "judges no review, and says who approved",
    ),
    "rules that wait for each other": (
        'satisfied contains "extra-rule" if decision\n' + NO_DENIAL + DECISION,
        "did not answer for extra-rule: it stopped at policies/rego/extra.rego:",
    ),
}


@pytest.mark.parametrize(("rego", "why"), UNANSWERED.values(), ids=UNANSWERED)
def test_a_package_that_does_not_answer_denies(rego: str, why: str) -> None:
    checked = judged(_extra(rego))
    assert [finding.rule for finding in checked.findings] == ["policy-unanswered"]
    assert why in checked.findings[0].message
    assert "platform.extra" in checked.findings[0].message
    assert "\n" not in checked.findings[0].message
    assert set(checked.repository.blocked_tenants) == {"reading"}


def test_a_package_that_answers_is_heard() -> None:
    assert said(judged(_extra(SATISFIED + NO_DENIAL + DECISION))) == []


def test_a_rule_that_is_satisfied_and_denied_is_denied() -> None:
    denial = 'deny contains {"rule": "extra-rule", "message": "no", "at": ["owners", 1]}\n'
    assert said(judged(_extra(SATISFIED + denial + DECISION))) == [f"{TENANT}:3:15 extra-rule no"]


def test_a_package_sees_the_parts_it_reads_and_no_other() -> None:
    rego = (
        'satisfied contains "extra-rule" if object.keys(input) == {"kind", "name", "tenant", "datasets"}\n'
        + NO_DENIAL
        + DECISION
    )
    assert said(judged(_extra(rego, kinds="[model]", reads="[tenant, datasets]"))) == []


def test_joined_documents_carry_their_names() -> None:
    rego = (
        'satisfied contains "extra-rule" if {\n'
        '\tinput.kind == "deployment"\n'
        '\tinput.name == concat("/", [input.environment.name, input.model.name])\n'
        '\tinput.tenant.name == "reading"\n'
        '\tobject.keys(input.datasets) == {"reading/events", "reading/lexicon"}\n'
        '\tinput.datasets["reading/events"].name == "reading/events"\n'
        "}\n" + NO_DENIAL + DECISION
    )
    reads = "[tenant, datasets, model, environment]"
    assert said(judged(_extra(rego, kinds="[deployment]", reads=reads))) == []


BROKEN = {
    "what is no Rego": ("package platform.encryption\nallow := {\n", 3, 1, "expecting expression"),
    "the clock": (
        "package platform.encryption\nr if time.now_ns() > 1\n",
        2,
        17,
        "time.now_ns may not be called",
    ),
    "the process": (
        "package platform.encryption\nr := opa.runtime().env\n",
        2,
        17,
        "opa.runtime may not be called",
    ),
    "the network": (
        'package platform.encryption\nr := http.send({"method": "get"})\n',
        2,
        15,
        "http.send may not be called",
    ),
    "a name service": (
        'package platform.encryption\nr := net.lookup_ip_addr("localhost")\n',
        2,
        24,
        "net.lookup_ip_addr may not be called",
    ),
    "chance, behind brackets": (
        'package platform.encryption\nr := rand["intn"]("x", 5)\n',
        2,
        18,
        "rand.intn may not be called",
    ),
    "a function that is not there": (
        "package platform.encryption\nr := foo(1)\n",
        2,
        9,
        "there is no function foo",
    ),
    "a function through an import": (
        "package platform.encryption\nimport data.lib.text as words\nr := words.is_given(1)\n",
        3,
        20,
        "words.is_given has to be called by its full name",
    ),
    "old Rego": (
        "package platform.encryption\nr { true }\n",
        2,
        3,
        "`if` keyword is required before rule body",
    ),
    "nothing": ("", 1, 1, "no package is declared"),
}


@pytest.mark.parametrize(("rego", "line", "column", "why"), BROKEN.values(), ids=BROKEN)
def test_a_broken_policy_is_found_at_its_place_and_stops_every_environment(
    rego: str, line: int, column: int, why: str
) -> None:
    checked = judged({**good_repository(), ENCRYPTION: rego})
    (finding,) = checked.findings
    assert finding.rule == "policy-broken"
    assert finding.where == f"{ENCRYPTION}:{line}:{column}"
    assert why in finding.message
    assert set(checked.repository.blocked_environments) == {"development", "integration", "production"}


def test_the_other_packages_are_asked_beside_a_broken_one() -> None:
    files = {**good_repository(), ENCRYPTION: "package platform.encryption\nr := {"}
    checked = judged(with_change(files, PINNED, "auc: 0.93", "auc: 0.1"))
    assert {finding.rule for finding in checked.findings} == {"policy-broken", "gates-met"}
    assert "encryption-at-rest" not in checked.rules


def test_a_broken_library_is_one_finding_and_nobody_is_asked() -> None:
    checked = judged(
        {**good_repository(), "policies/rego/lib/sensitivity.rego": "package lib.sensitivity\nr := {"}
    )
    assert [finding.rule for finding in checked.findings] == ["policy-broken"]
    assert "gates-met" not in checked.rules
    assert set(checked.repository.blocked_environments) == {"development", "integration", "production"}


def test_a_package_that_reads_what_its_kind_does_not_have_is_found() -> None:
    files = _extra(SATISFIED + NO_DENIAL + DECISION, reads="[document, model]")
    (finding,) = judged(files).findings
    assert finding.rule == "policy-metadata"
    assert "a state package about tenant cannot read model" in finding.message


def test_a_package_of_state_cannot_read_the_change() -> None:
    (finding,) = judged(_extra(SATISFIED + NO_DENIAL + DECISION, reads="[document, change]")).findings
    assert "cannot read change" in finding.message


def test_without_policies_nothing_is_clean() -> None:
    files = without(good_repository(), *(path for path in good_repository() if path.startswith("policies/")))
    checked = judged(files)
    assert [finding.rule for finding in checked.findings] == ["policy-missing"]
    assert set(checked.repository.blocked_environments) == {"development", "integration", "production"}


def test_a_document_that_refers_to_a_broken_one_is_not_judged_and_blocked() -> None:
    files = with_change(good_repository(), MODEL, "type: real-time", "type: quick")
    files = with_change(files, PINNED, "auc: 0.93", "auc: 0.1")
    checked = judged(files)
    assert {finding.path for finding in checked.findings} == {MODEL}
    assert checked.repository.blocked("production", "reading") is not None


class Recorder:
    """A real engine that remembers what it was asked."""

    name = "recorder"

    def __init__(self, policies: Mapping[str, str]) -> None:
        self._engine = connect_engine(policies)
        self.policies = policies
        self.broken = self._engine.broken
        self.asked: dict[str, list[Any]] = {}

    def decide(self, package: str, inputs: Sequence[str]) -> Sequence[Decision | PolicyError]:
        self.asked[package] = [json.loads(text) for text in inputs]
        return self._engine.decide(package, inputs)


def _asked(files: Mapping[str, str], base: Mapping[str, str] | None = None) -> dict[str, list[Any]]:
    found = loaded(files)
    engine = Recorder(found.policies)
    check(found, engine, base=base_of(base) if base is not None else None)
    return engine.asked


def test_only_documents_of_its_kinds_are_sent_to_a_package() -> None:
    asked = _asked(good_repository())
    assert {one["kind"] for one in asked["platform.encryption"]} == {"dataset"}
    assert len(asked["platform.encryption"]) == 2
    assert len(asked["platform.gates"]) == 3
    assert "platform.promotion" not in asked


def test_rules_of_change_are_asked_of_changed_documents_only() -> None:
    before = good_repository()
    assert "platform.promotion" not in _asked(before, before)
    after = with_change(before, PINNED, "instances: 1", "instances: 2")
    assert [one["name"] for one in _asked(after, before)["platform.promotion"]] == [
        "production/reading/recommender"
    ]


def test_a_comment_is_no_change() -> None:
    before = good_repository()
    after = {**before, PINNED: before[PINNED] + "# reviewed\n"}
    assert "platform.promotion" not in _asked(after, before)


def _checked_by(decide: Any) -> CheckResult:
    class Engine(Recorder):
        def decide(self, package: str, inputs: Sequence[str]) -> Sequence[Decision | PolicyError]:
            answers: Sequence[Decision | PolicyError] = decide(package, inputs)
            return answers

    found = loaded(good_repository())
    return check(found, Engine(found.policies))


def test_an_engine_that_crashes_is_found_and_stops_every_environment() -> None:
    def crash(package: str, inputs: Sequence[str]) -> Sequence[Decision | PolicyError]:
        raise ConnectionError("the server is gone")

    checked = _checked_by(crash)
    assert [finding.rule for finding in checked.findings] == ["check-crashed"]
    assert "ConnectionError: the server is gone" in checked.findings[0].message
    assert set(checked.repository.blocked_environments) == {"development", "integration", "production"}


def test_an_engine_that_answers_too_little_is_found() -> None:
    checked = _checked_by(lambda package, inputs: [])
    assert [finding.rule for finding in checked.findings] == ["check-crashed"]
