"""Work in a process of its own: whatever becomes of it, we go on and know why."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mlplatform.providers import sandbox
from mlplatform.providers.sandbox import WorkerFailed, WorkerLimits, run_limited
from tests.support.waiting import wait_until

LIMITS = WorkerLimits(busy_seconds=20, seconds=60, memory_bytes=1 << 30)
SHORT = WorkerLimits(busy_seconds=20, seconds=0.2, memory_bytes=1 << 30)
Work = Callable[[], Any]


def why(work: Work, limits: WorkerLimits = LIMITS) -> str:
    with pytest.raises(WorkerFailed) as lost:
        run_limited(work, limits)
    return str(lost.value)


def is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return state_of(pid) != "Z"


def state_of(pid: int) -> str:
    """What Linux says that a process is doing: S, it waits; Z, it has ended."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def loop() -> None:
    while True:
        pass


def test_the_answer_comes_back_and_nothing_changes_here() -> None:
    here: list[int] = []

    def work() -> list[Any]:
        here.append(1)
        return [os.getpid() != parent, "é\ud800", {"a": None}]

    parent = os.getpid()
    assert run_limited(work, LIMITS) == [True, "é\ud800", {"a": None}]
    assert here == []


def test_work_that_never_ends_is_ended_at_the_deadline() -> None:
    assert why(signal.pause, SHORT) == "did not end within 0 seconds"


def test_work_that_computes_for_ever_is_ended() -> None:
    limits = WorkerLimits(busy_seconds=1, seconds=60, memory_bytes=1 << 30)
    assert why(loop, limits) == "did not end within 1 seconds of computing"


def test_work_that_asks_for_all_memory_does_not_get_it() -> None:
    assert why(lambda: len(bytearray(8 << 30))).startswith("ended with MemoryError")


def test_work_that_aborts_says_so() -> None:
    assert "SIGABRT" in why(os.abort)


def test_work_that_crashes_says_why() -> None:
    assert why(lambda: 1 // 0) == "ended with ZeroDivisionError: integer division or modulo by zero"


def test_work_that_leaves_without_a_word_gave_no_answer() -> None:
    assert why(lambda: os._exit(0)) == "gave no answer"


def test_an_answer_that_is_not_json_is_no_answer() -> None:
    def work() -> None:
        (Path(tempfile.gettempdir()) / "answer").write_bytes(b"{")
        os._exit(0)

    assert why(work) == "gave an answer that cannot be read"


def test_an_answer_that_is_too_large_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "_ANSWER_BYTES", 1 << 20)
    assert why(lambda: "x" * (2 << 20)) == "gave an answer of more than 1 MiB"


def test_nothing_of_it_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    def work() -> int:
        print("forged", flush=True)
        os.write(2, b"forged")
        return subprocess.run([sys.executable, "-c", "print('forged')"], check=False).returncode

    print("ours", end="")  # what waits in a buffer is not printed twice either
    assert run_limited(work, LIMITS) == 0
    print()
    assert capfd.readouterr() == ("ours\n", "")


def test_what_it_started_is_ended_with_it(tmp_path: Path) -> None:
    file = tmp_path / "pid"

    def work() -> None:
        sleeper = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
        file.write_text(str(sleeper.pid))
        os.abort()

    assert "SIGABRT" in why(work)
    wait_until(lambda: not is_there(int(file.read_text())))


def test_what_it_left_in_the_temporary_folder_goes_with_it(tmp_path: Path) -> None:
    file = tmp_path / "folder"

    def work() -> None:
        file.write_text(tempfile.mkdtemp())
        os.abort()

    assert "SIGABRT" in why(work)
    assert file.read_text()
    assert not Path(file.read_text()).exists()


def test_an_interrupt_here_ends_it(tmp_path: Path) -> None:
    file = tmp_path / "pid"

    def work() -> None:
        file.write_text(str(os.getpid()))
        wait_until(lambda: state_of(os.getppid()) == "S")  # an interrupt while it forks would be lost
        os.kill(os.getppid(), signal.SIGINT)
        signal.pause()

    before = signal.signal(
        signal.SIGINT, signal.default_int_handler
    )  # what starts the tests may have it ignored
    try:
        with pytest.raises(KeyboardInterrupt):
            run_limited(work, LIMITS)
    finally:
        signal.signal(signal.SIGINT, before)
    wait_until(lambda: not is_there(int(file.read_text())))


def test_it_leaves_no_core_file_and_is_ended_before_us_when_memory_ends() -> None:
    import resource

    def work() -> list[Any]:
        score = Path("/proc/self/oom_score_adj").read_text().strip()
        return [resource.getrlimit(resource.RLIMIT_CORE)[0], score]

    assert run_limited(work, LIMITS) == [0, "1000"]


def test_a_process_that_is_killed_takes_its_work_with_it(tmp_path: Path) -> None:
    text = f"""
import os, signal, pathlib, json
from mlplatform.providers.sandbox import WorkerLimits, run_limited
def work():
    pathlib.Path({str(tmp_path / "half")!r}).write_text(json.dumps(os.getpid()))
    os.replace({str(tmp_path / "half")!r}, {str(tmp_path / "pid")!r})
    signal.pause()
run_limited(work, WorkerLimits(60, 60, 1 << 30))
"""
    environment = {**os.environ, "TMPDIR": str(tmp_path)}  # nobody is left to tidy up
    parent = subprocess.Popen([sys.executable, "-c", text], env=environment)
    try:
        wait_until((tmp_path / "pid").exists)
    finally:
        parent.kill()
        parent.wait()
    pid = json.loads((tmp_path / "pid").read_text())
    wait_until(lambda: not is_there(pid))
