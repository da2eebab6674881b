"""Trains a model's versions by the script that its document names, tracked in the local development registry."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from mlplatform.core.errors import Refusal

DEADLINE_SECONDS = 600


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
            env={**os.environ, **tracking},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=DEADLINE_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Refusal(f"training {model} took more than {DEADLINE_SECONDS} s", where=script) from None
    runs = done.stdout.split()[-len(versions) :]
    if done.returncode != 0 or len(runs) != len(versions):
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        said = " ".join(versions)
        raise Refusal(
            f"training {model} {said} failed: {last}", fix=f"run {script} {said} by hand", where=script
        )
    return dict(zip(versions, runs, strict=True))
