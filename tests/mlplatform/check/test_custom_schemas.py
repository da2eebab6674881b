"""The organisation's own JSON Schemas count as ours do."""

import json

import pytest

from mlplatform.core.check_result import CheckResult
from tests.support.repository import good_repository, judged, said

FOLDER = "policies/schemas/organisation/"
REGION = {"properties": {"region": {"enum": ["eu-west-1"]}}}


def _with_schema(name: str, schema: object) -> CheckResult:
    text = schema if isinstance(schema, str) else json.dumps(schema)
    return judged({**good_repository(), f"{FOLDER}{name}": text})


def test_a_document_that_the_organisation_refuses_is_found_at_its_place() -> None:
    assert said(_with_schema("dataset-residency.json", REGION)) == [
        f"tenants/reading/datasets/{name}.yaml:4:1 schema-organisation region: 'us-east-1' is not one of "
        f"['eu-west-1'] ({FOLDER}dataset-residency.json)"
        for name in ("events", "lexicon")
    ]


def test_a_schema_judges_its_own_kind_only() -> None:
    assert said(_with_schema("tenant.json", REGION)) == []


def test_a_schema_may_name_its_dialect_and_refer_to_itself() -> None:
    schema = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "properties": {"costCenter": {"$ref": "#/definitions/center"}},
        "definitions": {"center": {"pattern": "^K8-"}},
    }
    assert said(_with_schema("tenant.json", schema)) == []
    schema["definitions"] = {"center": {"pattern": "^K9-"}}
    assert [finding.where for finding in _with_schema("tenant.json", schema).findings] == [
        "tenants/reading/tenant.yaml:6:1"
    ]


def test_formats_count() -> None:
    schema = {"properties": {"contact": {"properties": {"email": {"format": "date"}}}}}
    assert len(_with_schema("tenant.json", schema).findings) == 1


@pytest.mark.parametrize(
    ("schema", "why"),
    [
        ('{"type": ', "it is not JSON"),
        ({"type": "sentence"}, "type: 'sentence' is not valid"),
        ({"$schema": "https://example.com/mine", "type": "object"}, "nobody here knows the dialect"),
        (
            {"$ref": "https://example.com/remote.json"},
            "it refers to https://example.com/remote.json, which is not in it",
        ),
        ({"$ref": "file:///etc/hostname"}, "which is not in it"),
        ({"$ref": "#/definitions/nothing"}, "which is not in it"),
        ({"$ref": "#"}, "without end"),
        ("[" * 100_000, "it is nested too deeply"),
        ("7", "7 is not of type"),
    ],
)
def test_a_schema_that_cannot_be_used_stops_every_environment(schema: object, why: str) -> None:
    checked = _with_schema("dataset.json", schema)
    found = [finding for finding in checked.findings if finding.path == f"{FOLDER}dataset.json"]
    assert len(found) == 1
    assert why in found[0].message
    assert set(checked.repository.blocked_environments) == {"development", "integration", "production"}


def test_a_broken_schema_does_not_stop_the_others() -> None:
    files = {
        **good_repository(),
        f"{FOLDER}dataset-a.json": "{",
        f"{FOLDER}dataset-b.json": json.dumps(REGION),
    }
    assert len(judged(files).findings) == 3
