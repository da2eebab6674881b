"""Secrets in any of the files, whatever framework they are for."""

import linecache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

# What passes over a file for its name alone: `swagger` anywhere in its path, yarn.lock, .svg.
BY_NAME = ("is_lock_file", "is_non_text_file", "is_swagger_file")


def judge(root: Path, answer: dict[str, Any]) -> None:
    """Look for keys, tokens and passwords in a folder; a finding never holds the secret itself."""
    from checkov.secrets import runner

    from mlplatform.providers.scan.worker import frameworks

    _pass_over_nothing(runner)
    files = sorted(str(path) for path in root.rglob("*") if path.is_file())
    if not files:
        return
    report = runner.Runner().run(root_folder=None, files=files, runner_filter=frameworks.only("secrets"))
    for record in report.failed_checks:
        record.resource = ""
    frameworks.collect(report, root, answer)


def _pass_over_nothing(runner: Any) -> None:
    """Turn off what would leave out files by their names, and lines that start with `git_commit`."""
    from detect_secrets.filters import heuristic

    for name in BY_NAME:
        setattr(heuristic, name, _is_left_out)
    runner.linecache = SimpleNamespace(getline=lambda path, line: f" {linecache.getline(path, line)}")


def _is_left_out(filename: str) -> bool:  # noqa: ARG001 (detect-secrets gives it by this name)
    return False
