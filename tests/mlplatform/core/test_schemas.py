"""The JSON Schemas for editors say what the models say."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from mlplatform.core.kinds.schemas import MODELS, file_name, json_schema
from mlplatform.report.schemas import schema_text, write_schemas

FOLDER = Path(__file__).parents[3] / "policies/schemas"


@pytest.mark.parametrize("kind", MODELS)
def test_the_file_is_what_the_model_gives(kind: str) -> None:
    assert (FOLDER / file_name(kind)).read_text() == schema_text(kind), "run `make schemas`"


def test_there_is_no_schema_without_a_model() -> None:
    assert {path.name for path in FOLDER.glob("*.json")} == {file_name(kind) for kind in MODELS}


@pytest.mark.parametrize("kind", MODELS)
def test_it_is_a_schema_with_a_name_of_its_own(kind: str) -> None:
    schema = json_schema(kind)
    Draft202012Validator.check_schema(schema)
    assert schema["$id"] == f"urn:mlplatform:schema:{kind}:v1"
    assert schema["description"]


def objects(schema: Any) -> list[dict[str, Any]]:
    if isinstance(schema, list):
        return [found for part in schema for found in objects(part)]
    if not isinstance(schema, dict):
        return []
    own = [schema] if schema.get("type") == "object" else []
    return own + [found for part in schema.values() for found in objects(part)]


@pytest.mark.parametrize("kind", MODELS)
def test_no_mapping_takes_a_key_that_nobody_knows(kind: str) -> None:
    found = objects(json_schema(kind))
    assert found
    assert all(part["additionalProperties"] is False for part in found)


@pytest.mark.parametrize("kind", MODELS)
def test_every_key_of_the_model_is_spelled_as_documents_spell_it(kind: str) -> None:
    fields = MODELS[kind].model_fields
    assert set(json_schema(kind)["properties"]) == {field.alias or name for name, field in fields.items()}


def test_writing_gives_one_file_each(tmp_path: Path) -> None:
    write_schemas(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {file_name(kind) for kind in MODELS}
    for path in tmp_path.iterdir():
        json.loads(path.read_text())
