"""Secrets in any of the files, whatever framework they are for."""

from pathlib import Path
from typing import Any


def judge(scratch: Path, folders: list[str], answer: dict[str, Any]) -> None:
    """Look for keys, tokens and passwords; a finding never holds the secret itself."""
    from checkov.secrets.runner import Runner

    from mlplatform.providers.scan.worker import frameworks

    for folder in [*folders, "other"]:
        root = scratch / folder
        files = sorted(str(path) for path in root.rglob("*") if path.is_file())
        if not files:
            continue
        report = Runner().run(root_folder=None, files=files, runner_filter=frameworks.only("secrets"))
        for record in report.failed_checks:
            record.resource = ""
        frameworks.collect(report, root, answer)
