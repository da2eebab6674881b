"""The JSON Schemas for editors say what the models say."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from mlplatform.core.kinds.schemas import MODELS, file_name, json_schema
from mlplatform.core.records.schemas import NAMES, record_schema
from mlplatform.report.schemas import schema_texts, write_schemas

FOLDER = Path(__file__).parents[3] / "policies/schemas"


TEXTS = schema_texts()
SCHEMAS = {
    **{kind: json_schema(kind) for kind in MODELS},
    **{f"record/{name}": record_schema(name) for name in NAMES},
}


@pytest.mark.parametrize("path", TEXTS)
def test_the_file_is_what_the_model_gives(path: str) -> None:
    assert (FOLDER / path).read_text() == TEXTS[path], "run `make schemas`"


def test_there_is_no_schema_without_a_model() -> None:
    committed = {path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.json")}
    assert committed == {file_name(name) for name in SCHEMAS}


@pytest.mark.parametrize("name", NAMES)
def test_the_schema_of_a_record_is_named_by_its_type(name: str) -> None:
    schema = record_schema(name)
    Draft202012Validator.check_schema(schema)
    assert schema["$id"] == NAMES[name] == f"urn:mlplatform:predicate:{name}:v1"
    assert schema["description"]


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


@pytest.mark.parametrize("name", NAMES)
def test_no_part_of_a_record_takes_a_key_that_nobody_knows(name: str) -> None:
    found = [part for part in objects(record_schema(name)) if "properties" in part]
    assert found
    assert all(part["additionalProperties"] is False for part in found)


@pytest.mark.parametrize("kind", MODELS)
def test_every_key_of_the_model_is_spelled_as_documents_spell_it(kind: str) -> None:
    fields = MODELS[kind].model_fields
    assert set(json_schema(kind)["properties"]) == {field.alias or name for name, field in fields.items()}


def test_writing_gives_one_file_each(tmp_path: Path) -> None:
    write_schemas(tmp_path)
    written = {path.relative_to(tmp_path).as_posix(): path for path in tmp_path.rglob("*.json")}
    assert written.keys() == TEXTS.keys()
    for path in written.values():
        json.loads(path.read_text())
