"""Keys and values that a kind does not know are findings at their exact place, in plain words."""

from collections.abc import Iterator
from string import Template
from typing import Any

import pytest

from mlplatform.check.schema_messages import PATTERNS
from mlplatform.core.kinds.schemas import json_schema
from mlplatform.core.kinds.templates import PLACEHOLDERS
from mlplatform.core.naming import Kind
from tests.support.repository import OLD, good_repository, judged, said, with_change

TENANT = "tenants/reading/tenant.yaml"
EVENTS = "tenants/reading/datasets/events.yaml"
MODEL = "models/reading/recommender.yaml"
PRODUCTION = "environments/production/environment.yaml"
PINNED = "environments/production/reading/recommender.yaml"

CASES = {
    "an unknown key with a near one": (
        (EVENTS, "sharedWith: []", "shared_with: []"),
        f"{EVENTS}:14:1 schema-unknown-key unknown key shared_with: did you mean sharedWith?",
    ),
    "an unknown key in a mapping": (
        (EVENTS, "key: alias/reading", "kye: alias/reading"),
        f"{EVENTS}:11:31 schema-unknown-key unknown key encryption.kye: did you mean key?",
    ),
    "an unknown key in a list": (
        (MODEL, "name: X,", "nmae: X, name: X,"),
        f"{MODEL}:7:13 schema-unknown-key unknown key signature.inputs.0.nmae: did you mean name?",
    ),
    "an unknown key like no other": (
        (EVENTS, "sharedWith: []", "zzzzzzzz: []"),
        f"{EVENTS}:14:1 schema-unknown-key unknown key zzzzzzzz",
    ),
    "a missing block": (
        (EVENTS, "classification: pii\ncol", "col"),
        f"{EVENTS}:1:1 schema-missing-key classification is missing",
    ),
    "a missing key in a block": (
        (EVENTS, ", inTransit: tls", ""),
        f"{EVENTS}:11:1 schema-missing-key encryption.inTransit is missing",
    ),
    "a number that is text": (
        (EVENTS, "days: 365", 'days: "365"'),
        f'{EVENTS}:12:13 schema-type retention.days is "365" and has to be a whole number',
    ),
    "a truth value that is text": (
        (PRODUCTION, "from: [owners]", 'from: [owners], selfApproval: "true"'),
        f'{PRODUCTION}:4:42 schema-type approvals.selfApproval is "true" and has to be true or false',
    ),
    "a float for a whole number": (
        (EVENTS, "days: 365", "days: 1e3"),
        f"{EVENTS}:12:13 schema-type retention.days is 1000.0 and has to be a whole number",
    ),
    "no, which is text": (
        (PRODUCTION, "from: [owners]", "from: [owners], selfApproval: no"),
        f'{PRODUCTION}:4:42 schema-type approvals.selfApproval is "no" and has to be true or false',
    ),
    "a list where a mapping belongs": (
        (EVENTS, "retention: {days: 365, deletion: anonymise}", "retention: [365]"),
        f"{EVENTS}:12:1 schema-type retention is a list and has to be a mapping",
    ),
    "a word that is none of the allowed": (
        (TENANT, "clearance: pii", "clearance: secret"),
        f'{TENANT}:7:1 schema-value clearance is "secret" and has to be one of public, internal, confidential, pii',
    ),
    "a digest that is none": (
        (PINNED, f"digest: {OLD}", "digest: latest"),
        f'{PINNED}:3:1 schema-value digest is "latest" and has to be sha256: and 64 hex digits',
    ),
    "a version that is no semver": (
        (PINNED, "version: 1.0.0", "version: v1"),
        f'{PINNED}:2:1 schema-value version is "v1" and has to be a semantic version, as in 1.4.0',
    ),
    "a version that is a number": (
        (PINNED, "version: 1.0.0", "version: 1.0"),
        f"{PINNED}:2:1 schema-type version is 1.0 and has to be text",
    ),
    "one entry": (
        (TENANT, "[ada, grace, mary]", "[ada]"),
        f"{TENANT}:3:1 schema-value owners has 1 entry and needs at least 3",
    ),
    "a number that is too small": (
        (EVENTS, "days: 365", "days: 0"),
        f"{EVENTS}:12:13 schema-value retention.days is 0 and has to be at least 1",
    ),
    "too few owners": (
        (TENANT, "[ada, grace, mary]", "[ada, grace]"),
        f"{TENANT}:3:1 schema-value owners has 2 entries and needs at least 3",
    ),
    "an owner twice, in other letters": (
        (TENANT, "[ada, grace, mary]", "[ada, grace, Ada]"),
        f"{TENANT}:3:22 schema-repeated owners names Ada twice",
    ),
    "a key without value": (
        (EVENTS, "key: alias/reading", "key: "),
        f"{EVENTS}:11:31 schema-empty encryption.key has no value",
    ),
    "a block without content": (
        (EVENTS, "retention: {days: 365, deletion: anonymise}", "retention:"),
        f"{EVENTS}:12:1 schema-empty retention has no value",
    ),
    "a gate that asks nothing": (
        (MODEL, "{min: 0.80}", "{}"),
        f"{MODEL}:11:17 schema-value gates.integration.auc: a gate needs min, max or maxDropFromCurrent",
    ),
    "a name that is none": (
        (TENANT, "  production: {gpu", "  Production: {gpu"),
        f'{TENANT}:11:3 schema-value quotas.Production is "Production" and has to be 3 to 40 of a-z, 0-9 and -, '
        "starting with a letter, not ending in -",
    ),
    "a word with a near one": (
        (TENANT, "clearance: pii", "clearance: pi"),
        f'{TENANT}:7:1 schema-value clearance is "pi" and has to be one of public, internal, confidential, pii',
    ),
    "a value that `platform new` left": (
        (TENANT, "costCenter: K8-READ", "costCenter: CHANGE-ME"),
        f"{TENANT}:6:1 schema-placeholder costCenter still has to be written",
    ),
    "an owner that `platform new` left": (
        (TENANT, "[ada, grace, mary]", "[ada, grace, owner-three]"),
        f"{TENANT}:3:22 schema-placeholder owners.2 still has to be written",
    ),
    "a digest of nothing": (
        (PINNED, f"digest: {OLD}", f"digest: sha256:{'0' * 64}"),
        f"{PINNED}:3:1 schema-placeholder digest still has to be written",
    ),
    "a column that `platform new` left": (
        (EVENTS, "score:", "change_me:"),
        f"{EVENTS}:10:3 schema-placeholder columns.change_me still has to be written",
    ),
    "a data set that `platform new` left": (
        (MODEL, "reading/lexicon]", "reading/change-me]"),
        f"{MODEL}:9:35 schema-placeholder data.datasets.1 still has to be written",
    ),
    "a time without zone": (
        (
            TENANT,
            "budget:",
            "freeze: [{from: 2026-08-15T00:00:00, to: 2026-09-05T00:00:00Z, reason: holidays}]\nbudget:",
        ),
        f"{TENANT}:12:11 schema-value freeze.0.from: the time needs a zone, as in 2026-08-15T00:00:00Z",
    ),
    "a time that is none": (
        (
            TENANT,
            "budget:",
            "freeze: [{from: tomorrow, to: 2026-09-05T00:00:00Z, reason: holidays}]\nbudget:",
        ),
        f'{TENANT}:12:11 schema-value freeze.0.from is "tomorrow" and has to be a time as in 2026-08-15T00:00:00Z',
    ),
}


@pytest.mark.parametrize(("change", "expected"), CASES.values(), ids=CASES)
def test_a_value_that_does_not_fit_is_found_at_its_place(change: tuple[str, str, str], expected: str) -> None:
    found = [line for line in said(judged(with_change(good_repository(), *change))) if " schema-" in line]
    assert found == [expected]


@pytest.mark.parametrize("change", [change for change, _ in CASES.values()], ids=CASES)
def test_whoever_is_refused_is_told_what_to_write(change: tuple[str, str, str]) -> None:
    findings = judged(with_change(good_repository(), *change)).findings
    assert all(finding.fix for finding in findings if finding.rule.startswith("schema-"))


def _patterns(schema: Any) -> Iterator[str]:
    if isinstance(schema, list):
        schema = dict(enumerate(schema))
    if not isinstance(schema, dict):
        return
    if isinstance(schema.get("pattern"), str) and "format" not in schema:
        yield schema["pattern"]
    yield from schema.get("patternProperties", {})
    for part in schema.values():
        yield from _patterns(part)


@pytest.mark.parametrize("kind", Kind)
def test_no_user_has_to_read_a_regular_expression(kind: Kind) -> None:
    assert {pattern for pattern in _patterns(json_schema(kind)) if pattern not in PATTERNS} == set()


@pytest.mark.parametrize(
    ("path", "kind"), [(TENANT, Kind.TENANT), (EVENTS, Kind.DATASET), (MODEL, Kind.MODEL)]
)
def test_nothing_that_platform_new_wrote_passes_unchanged(path: str, kind: Kind) -> None:
    names = {"hint": "# yaml", "name": "reading", "tenant": "reading", "dataset": "reading/change-me"}
    text = Template(kind.entry.template).substitute(
        names, quotas="  development: {gpu: 0}", budget="100", cost="what it costs", **PLACEHOLDERS
    )
    rules = {
        finding.rule for finding in judged({**good_repository(), path: text}).findings if finding.path == path
    }
    assert "schema-placeholder" in rules


def test_every_flaw_of_a_document_is_found_at_once() -> None:
    files = with_change(good_repository(), EVENTS, "owner: ada", "onwer: ada")
    files = with_change(files, EVENTS, "days: 365", "days: many")
    rules = [finding.rule for finding in judged(files).findings if finding.path == EVENTS]
    assert sorted(rules) == ["schema-missing-key", "schema-type", "schema-unknown-key"]


def test_a_quoted_number_is_told_to_drop_the_quotes() -> None:
    checked = judged(with_change(good_repository(), EVENTS, "days: 365", 'days: "365"'))
    assert [finding.fix for finding in checked.findings if finding.rule == "schema-type"] == [
        "drop the quotes"
    ]


def test_a_broken_document_is_not_reported_again_by_those_that_refer_to_it() -> None:
    checked = judged(with_change(good_repository(), EVENTS, "sharedWith: []", "shared: []"))
    assert {finding.path for finding in checked.findings} == {EVENTS}
