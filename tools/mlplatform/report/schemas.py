"""Writes policies/schemas/<kind>.schema.json: `python -m mlplatform.report.schemas policies/schemas`."""

import json
import sys
from pathlib import Path

from mlplatform.core.kinds.schemas import MODELS, file_name, json_schema


def schema_text(name: str) -> str:
    """The text of a schema's file."""
    return json.dumps(json_schema(name), indent=2) + "\n"


def write_schemas(folder: Path) -> None:
    """Write the schema of every kind of document, and of approvals, into a folder."""
    for name in MODELS:
        (folder / file_name(name)).write_text(schema_text(name))


if __name__ == "__main__":
    write_schemas(Path(sys.argv[1]))
