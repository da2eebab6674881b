"""The real `act` program, which runs workflows on this machine (`python -m tests.support.act` says where it is)."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from tests.support.go_program import GoProgram, NoProgram

ACT = GoProgram("act", "github.com/nektos/act", "v0.2.89")


@cache
def real_act() -> str:
    """The path of act; where there is none the test is skipped with the reason (in CI a skip is a failure)."""
    import pytest

    try:
        return ACT.find()
    except NoProgram as error:
        pytest.skip(str(error))


@dataclass(frozen=True, slots=True)
class WorkflowRun:
    """How a run ended: `jobs` says of each job, by its name, whether it succeeded."""

    succeeded: bool
    output: str
    jobs: Mapping[str, bool] = field(default_factory=dict)


def run_workflow(
    folder: Path,
    workflow: str,
    event: str,
    payload: Mapping[str, Any],
    *,
    actions: Mapping[str, Path],
    env: Mapping[str, str],
    variables: Mapping[str, str] | None = None,
    secrets: Mapping[str, str] | None = None,
) -> WorkflowRun:
    """Run a workflow of a clone as an event starts it; `actions` are folders in place of actions of other repositories.

    `env` is what every step has besides, `secrets` are given by a file that is deleted with the folder of the run.
    """
    state = folder.parent / "act"
    state.mkdir(exist_ok=True)
    event_file, secret_file = state / "event.json", state / "secrets.env"
    event_file.write_text(json.dumps(payload))
    secret_file.write_text(
        "".join(f"{name}={json.dumps(value)}\n" for name, value in (secrets or {}).items())
    )
    command = [
        *(real_act(), event, "-W", f".github/workflows/{workflow}", "-e", str(event_file)),
        *("-P", "ubuntu-latest=-self-hosted", "--pull=false", "--action-offline-mode", "--no-skip-checkout"),
        *("--json", "--secret-file", str(secret_file)),
        *(word for use, path in actions.items() for word in ("--local-repository", f"{use}={path}")),
        *(word for name, value in env.items() for word in ("--env", f"{name}={value}")),
        *(word for name, value in (variables or {}).items() for word in ("--var", f"{name}={value}")),
    ]
    environment = {**os.environ, "XDG_CACHE_HOME": str(state), "HOME": str(state)}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    jobs = {
        line["job"].partition("/")[2].strip(): line["jobResult"] == "success"
        for line in lines
        if line.get("jobResult")
    }
    output = "\n".join(str(line.get("msg", "")).rstrip("\n") for line in lines)
    return WorkflowRun(done.returncode == 0, output + done.stderr, jobs)


if __name__ == "__main__":
    try:
        print(ACT.find())
    except NoProgram as error:
        sys.exit(str(error))
