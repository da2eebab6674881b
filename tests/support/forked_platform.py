"""`platform` for very many commands: each is a process of its own, forked from one that has imported MLflow."""

import importlib
import os
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from tests.support.forking import forking_server, serve


class Platform(Protocol):
    """Runs a command in a folder, as `python -m mlplatform.cli` would."""

    def __call__(self, folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]": ...


@contextmanager
def forked_platform() -> Iterator[Platform]:
    with forking_server(__name__) as ask:

        def platform(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
            return subprocess.CompletedProcess(**ask({"folder": str(folder), "arguments": arguments}))

        yield platform


def run(folder: str, arguments: list[str]) -> dict[str, Any]:
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = os.fork()
        if child == 0:
            os._exit(_become(folder, arguments, out.fileno(), err.fileno()))
        _, status = os.waitpid(child, 0)
        out.seek(0)
        err.seek(0)
        texts = {"stdout": out.read().decode(), "stderr": err.read().decode()}
    return {"args": arguments, "returncode": os.waitstatus_to_exitcode(status), **texts}


def _become(folder: str, arguments: list[str], out: int, err: int) -> int:
    """The exit code of the command; whatever it raises, the child never returns to its parent's loop."""
    from mlplatform.cli.main import main

    os.chdir(folder)
    for descriptor, target in enumerate((os.open(os.devnull, os.O_RDONLY), out, err)):
        os.dup2(target, descriptor)
    try:
        main(arguments)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(bool(ended.code))
    except BaseException:
        traceback.print_exc()
        return 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


def _import_everything() -> None:
    from mlplatform.cli.main import COMMANDS
    from mlplatform.providers.registry.mlflow.calls import mlflow_calls

    for command in COMMANDS:
        importlib.import_module(f"mlplatform.cli.{command}")
    with mlflow_calls("importing MLflow"):
        importlib.import_module("mlflow.tracking")
        importlib.import_module("mlflow.store.model_registry.sqlalchemy_store")


if __name__ == "__main__":
    _import_everything()
    serve(run)
