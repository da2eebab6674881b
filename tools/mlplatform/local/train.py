"""Trains a model's versions by the script that its document names, tracked in the local development registry."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from mlplatform.core.errors import Refusal

DEADLINE_SECONDS = 600
_RUN = re.compile(r"[0-9a-f]{32}")
_NO_LINKS = {"MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true"}  # MLflow prints links among the run ids


def train(
    root: Path, model: str, script: str, versions: Sequence[str], tracking: Mapping[str, str]
) -> dict[str, str]:
    """Train versions of a model and return their run ids by version.

    The script is called with the versions and prints a run id for each, in order, as its last lines.
    """
    command = [sys.executable, str(root / script), *versions]
    try:
        done = subprocess.run(
            command,
            cwd=root,
            env={**os.environ, **tracking, **_NO_LINKS},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=DEADLINE_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Refusal(f"training {model} took more than {DEADLINE_SECONDS} s", where=script) from None
    listed = " ".join(versions)
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise Refusal(
            f"training {model} {listed} failed: {last}",
            fix=f"run {script} {listed} by hand",
            where=script,
        )
    return dict(zip(versions, _runs(done.stdout, len(versions), f"{model} {listed}", script), strict=True))


def _runs(printed: str, count: int, what: str, script: str) -> list[str]:
    """The run ids in the last lines; Refusal when there is anything else in them, or too little."""
    last = [line.strip() for line in printed.splitlines()[-count:]]
    wrong = [line for line in last if not _RUN.fullmatch(line)]
    if wrong or len(last) < count:
        ended = repr(wrong[0][:80]) if wrong else f"{len(last)} of {count} lines"
        raise Refusal(
            f"training {what} ended with {ended} where a run id of 32 hex digits is expected for each version",
            fix="have the script print a run id for each version as its last lines, and nothing after them",
            where=script,
        )
    return last
