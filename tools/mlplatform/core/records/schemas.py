"""The JSON Schema of each predicate, for whoever reads the ledger without this tool."""

from typing import Any

from mlplatform.core.kinds.schemas import DIALECT, StrictSchema
from mlplatform.core.records.base import schema_of
from mlplatform.core.records.table import PREDICATES, short_name

NAMES = {short_name(predicate_type): predicate_type for predicate_type in PREDICATES}


def record_schema(name: str) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a predicate by its short name, such as `deployment`."""
    adapter = schema_of(PREDICATES[NAMES[name]]).adapter
    schema = adapter.json_schema(by_alias=True, mode="validation", schema_generator=StrictSchema)
    about = {"$schema": DIALECT, "$id": NAMES[name], "title": f"predicate of a {name} record"}
    return {**about, **schema, **about}
