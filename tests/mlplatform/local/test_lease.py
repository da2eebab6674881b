"""One run at a time changes an environment."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mlplatform.core.errors import Refusal
from mlplatform.core.target import EnvironmentPaths, LocalTarget
from mlplatform.local import lease as module
from mlplatform.local.lease import lease
from tests.support.payloads import snapshot

HOLD = """
import sys
from pathlib import Path
from mlplatform.core.target import EnvironmentPaths
from mlplatform.local.lease import lease
with lease(EnvironmentPaths(Path(sys.argv[1]))):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def paths(tmp_path: Path) -> EnvironmentPaths:
    return LocalTarget(tmp_path).environment("production")


@contextmanager
def another_run(paths: EnvironmentPaths) -> Iterator["subprocess.Popen[str]"]:
    """A process that holds the lease until it is killed or its input ends."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(paths.folder)],
        env={**os.environ, "PYTHONPATH": str(Path(module.__file__).parents[2])},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process


def test_a_second_run_is_refused_at_once_and_told_who_holds_it(paths: EnvironmentPaths) -> None:
    with another_run(paths) as process:
        with pytest.raises(Refusal) as refused, lease(paths):
            pass
        expected = f"production is being changed by another run (process {process.pid})"
        assert refused.value.message == expected
    with lease(paths):
        pass


def test_a_run_that_was_killed_holds_nothing(paths: EnvironmentPaths) -> None:
    with another_run(paths) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
        with lease(paths):
            pass


def test_another_environment_is_free(paths: EnvironmentPaths) -> None:
    with another_run(paths), lease(EnvironmentPaths(paths.folder.with_name("integration"))):
        pass


def test_within_a_lease_it_is_granted_again_and_kept_to_the_end(paths: EnvironmentPaths) -> None:
    with lease(paths):
        with lease(paths):
            pass
        done = subprocess.run(
            [sys.executable, "-c", HOLD, str(paths.folder)],
            env={**os.environ, "PYTHONPATH": str(Path(module.__file__).parents[2])},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert f"another run (process {os.getpid()})" in done.stderr
    with another_run(paths):
        pass


def test_a_link_to_the_repository_leads_to_the_same_lease(paths: EnvironmentPaths, tmp_path: Path) -> None:
    link = tmp_path.with_name(f"{tmp_path.name}-link")
    link.symlink_to(tmp_path)
    with lease(paths), lease(LocalTarget(link).environment("production")):
        pass


def test_a_run_that_failed_gives_the_lease_back(paths: EnvironmentPaths) -> None:
    with pytest.raises(ZeroDivisionError), lease(paths):
        raise ZeroDivisionError
    with another_run(paths):
        pass


def test_holding_it_again_writes_nothing(paths: EnvironmentPaths) -> None:
    with lease(paths):
        pass
    before = snapshot(paths.folder)
    with lease(paths):
        assert snapshot(paths.folder) == before
