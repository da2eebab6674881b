"""Writes .github/CODEOWNERS: `python -m mlplatform.report.codeowners .github/CODEOWNERS`, in the repository's root."""

import sys
from pathlib import Path
from typing import Any

from mlplatform.check.schema import bodies
from mlplatform.core.codeowners import CODEOWNERS_SOURCES, codeowners
from mlplatform.core.kinds import Platform
from mlplatform.core.naming import Kind, parse_path
from mlplatform.load.load import load
from mlplatform.load.source import WorkingTree


def codeowners_of(root: Path) -> str:
    """Return the text for the documents of a working tree; ValueError when one that it is made of is broken."""
    loaded = load(WorkingTree(root))
    valid, refused = bodies(loaded.raws)
    for finding in (*loaded.findings, *refused):
        identity = parse_path(finding.path)
        if identity and identity.kind in CODEOWNERS_SOURCES:
            raise ValueError(f"{finding.where}: {finding.message}")
    documents: dict[Kind, dict[str, Any]] = {kind: {} for kind in Kind}
    for path, body in valid.items():
        identity = loaded.raws[path].identity
        documents[identity.kind][identity.name] = body
    platform = documents[Kind.PLATFORM].get("platform")
    if not isinstance(platform, Platform):
        raise ValueError("there is no platform.yaml")
    return codeowners(platform, documents[Kind.TENANT], documents[Kind.ENVIRONMENT])


def write_codeowners(file: Path, root: Path) -> None:
    """Write the file for the documents of a working tree."""
    text = codeowners_of(root)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


if __name__ == "__main__":
    write_codeowners(Path(sys.argv[1]), Path.cwd())
