"""The JSON Schema of each kind, for editors and other tools; the models are what `check` judges by."""

from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core.core_schema import DictSchema

from mlplatform.core.kinds import BODIES
from mlplatform.core.naming import Kind

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


class _ForEditors(GenerateJsonSchema):
    """As strict as the models about keys, and without titles that only repeat them."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002
        return False

    def dict_schema(self, schema: DictSchema) -> JsonSchemaValue:
        made = super().dict_schema(schema)
        return {**made, "additionalProperties": False} if "patternProperties" in made else made


def json_schema(kind: Kind) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of one kind of document."""
    made = BODIES[kind].model_json_schema(by_alias=True, schema_generator=_ForEditors)
    about = {
        "$schema": _DIALECT,
        "$id": f"urn:mlplatform:schema:{kind.value}:v1",
        "title": f"{kind.value}/v1",
    }
    return {**about, **made, **about}


def file_name(kind: Kind) -> str:
    """What the schema's file is called in policies/schemas/."""
    return f"{kind.value}.schema.json"
