"""Writes the JSON Schemas of documents and of records: `python -m mlplatform.report.schemas policies/schemas`."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mlplatform.core.kinds.schemas import MODELS, file_name, json_schema
from mlplatform.core.records.schemas import NAMES, record_schema


def schema_texts() -> Mapping[str, str]:
    """Return every schema by its path below policies/schemas/: kinds of document, approvals, predicates of records."""
    documents = {file_name(name): _text(json_schema(name)) for name in MODELS}
    records = {f"record/{file_name(name)}": _text(record_schema(name)) for name in NAMES}
    return {**documents, **records}


def write_schemas(folder: Path) -> None:
    """Write every schema into a folder."""
    for path, text in schema_texts().items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)


def _text(schema: Mapping[str, Any]) -> str:
    return json.dumps(schema, indent=2) + "\n"


if __name__ == "__main__":
    write_schemas(Path(sys.argv[1]))
