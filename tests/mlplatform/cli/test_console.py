"""Progress: plain lines in a pipe, a spinner on a terminal."""

import os
import pty
import subprocess
import sys

import pytest

SCRIPT = """
from mlplatform.cli.console import progress, terminal_width, waiting
with progress("starting") as reporter:
    reporter.on_message("a [bold] line")
with waiting("reading"):
    pass
print("width", terminal_width())
"""


def in_a_terminal(**environment: str) -> str:
    """What the script prints on a terminal, with every escape sequence."""
    child, terminal = pty.fork()
    if child == 0:
        keep = {name: value for name, value in os.environ.items() if name not in ("CI", "NO_COLOR")}
        os.execve(sys.executable, [sys.executable, "-c", SCRIPT], {**keep, "TERM": "xterm", **environment})  # noqa: S606
    printed = b""
    while chunk := _read(terminal):
        printed += chunk
    assert os.waitpid(child, 0)[1] == 0
    os.close(terminal)
    return printed.decode()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # how Linux says that the other end is closed
        return b""


def test_a_terminal_shows_a_spinner_and_every_line() -> None:
    printed = in_a_terminal()
    assert "\x1b[?25l" in printed, "the cursor is hidden while the spinner turns"
    assert "\x1b[?25h" in printed, "and shown again"
    assert "starting" in printed
    assert "a [bold] line\r\n" in printed
    assert "width 80" in printed


@pytest.mark.parametrize("environment", [{"CI": "true"}, {"TERM": "dumb"}])
def test_a_ci_job_and_a_terminal_that_cannot_move_its_cursor_get_plain_lines(
    environment: dict[str, str],
) -> None:
    assert in_a_terminal(**environment) == "a [bold] line\r\nwidth 80\r\n"


def test_a_pipe_gets_plain_lines_and_tables_of_any_width() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    assert done.stdout == "a [bold] line\nwidth None\n"
    assert done.stderr == ""
