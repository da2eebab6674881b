"""One holder of a file lock at a time, threads of one process included."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from mlplatform.providers.file_lock import FileLocked, file_lock


def test_a_second_holder_is_refused_until_the_first_is_done(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "lock"
    with file_lock(path), pytest.raises(FileLocked) as refused, file_lock(path, seconds=0):
        pass
    assert refused.value.file.st_ino == path.stat().st_ino
    with file_lock(path, seconds=0):
        pass


def test_waiting_ends_when_the_holder_is_done(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    order = []

    def wait() -> None:
        with file_lock(path):
            order.append("second")

    with file_lock(path):
        waiting = threading.Thread(target=wait)
        waiting.start()
        order.append("first")
    waiting.join()
    assert order == ["first", "second"]


def test_a_process_that_is_started_meanwhile_does_not_keep_the_lock(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with file_lock(path):
        child = subprocess.Popen(
            [sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE, close_fds=False
        )
    with child, file_lock(path, seconds=0):
        child.communicate()
