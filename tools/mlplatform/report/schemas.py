"""Writes policies/schemas/<kind>.schema.json: `python -m mlplatform.report.schemas policies/schemas`."""

import json
import sys
from pathlib import Path

from mlplatform.core.kinds.schemas import file_name, json_schema
from mlplatform.core.naming import Kind


def schema_text(kind: Kind) -> str:
    """What the schema's file holds."""
    return json.dumps(json_schema(kind), indent=2) + "\n"


def write_schemas(folder: Path) -> None:
    """Write the schema of every kind into a folder."""
    for kind in Kind:
        (folder / file_name(kind)).write_text(schema_text(kind))


if __name__ == "__main__":
    write_schemas(Path(sys.argv[1]))
