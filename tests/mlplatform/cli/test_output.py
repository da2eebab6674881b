"""A command does its work whether or not anybody reads what it prints."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-m", "mlplatform.cli", "explain", "yaml-tab"]


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_reader_that_has_left_stops_nothing(stream: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, stream: writing}
    done = subprocess.run(COMMAND, **streams, text=True, check=False)  # type: ignore[call-overload]
    os.close(writing)
    assert done.returncode == 0
    assert not done.stderr


def test_a_full_disk_is_no_fault_of_ours_and_no_success() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(COMMAND, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == (
        "error: the command is done, and its output could not be written: no space left on device\n"
    )


@pytest.mark.parametrize("closed", ["<&- >&- 2>&-", ">&-", "2>&-"])
def test_standard_streams_that_are_closed_stop_nothing(closed: str) -> None:
    done = subprocess.run(
        ["/bin/sh", "-c", f'"$@" {closed}', "sh", *COMMAND], capture_output=True, check=False
    )
    assert done.returncode == 0
    assert done.stderr == b""


def test_output_that_may_not_block_is_waited_for() -> None:
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    with subprocess.Popen([*COMMAND[:-1], "--json"], stdout=writing) as process, os.fdopen(reading) as output:
        os.close(writing)
        assert len(json.loads(output.read())) > 1
    assert process.returncode == 0
