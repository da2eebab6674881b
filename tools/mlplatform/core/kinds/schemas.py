"""The JSON Schema of each kind, and of the approvals of a change; the models are what `check` judges by."""

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core.core_schema import DictSchema

from mlplatform.core.kinds.table import Kind
from mlplatform.core.review import Review

DIALECT = "https://json-schema.org/draft/2020-12/schema"


class StrictSchema(GenerateJsonSchema):
    """A schema as strict as the models about keys, and without titles that only repeat them."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002
        return False

    def dict_schema(self, schema: DictSchema) -> JsonSchemaValue:
        mapping = super().dict_schema(schema)
        return {**mapping, "additionalProperties": False} if "patternProperties" in mapping else mapping


MODELS: dict[str, type[BaseModel]] = {**{kind.value: kind.entry.body for kind in Kind}, "approvals": Review}


def json_schema(name: str) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of one kind of document, or of what --approvals reads."""
    schema = MODELS[name].model_json_schema(by_alias=True, schema_generator=StrictSchema)
    about = {"$schema": DIALECT, "$id": f"urn:mlplatform:schema:{name}:v1", "title": f"{name}/v1"}
    return {**about, **schema, **about}


def file_name(name: str) -> str:
    """Return the name of the schema's file in policies/schemas/."""
    return f"{name}.schema.json"
