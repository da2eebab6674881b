"""How long `platform status` and `platform lineage` take on a long ledger, and how much memory they need.

    python bench/ledger_index.py [STATEMENTS ...]        (default: 10000 50000)

`warm` has an index of the whole ledger, `newer` one that lacks the last 30 statements, `cold` none, and `whole` reads
every statement, as was done before there was an index. `git log` is `git log --format=%H` over the same ledger. No
server runs. Medians of several rounds: by the clock, in brackets of all cores together, and the memory of the process.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from support.changes import LEDGER, History, git, history

from mlplatform.providers.git import Git
from mlplatform.record.ledger_index import index_file

SIZES = (10_000, 50_000)
ROUNDS = 5
RECORDS_OF_A_MERGE = 3
DOCUMENTS = 34  # one tenant with six models: what is measured is the ledger
PLATFORM = """
import atexit, re
from pathlib import Path
from mlplatform.cli.main import main
@atexit.register
def write_peak():
    kib = re.search(r"VmHWM:\\s*(\\d+)", Path("/proc/self/status").read_text())[1]
    Path("../peak").write_text(kib)
main()
"""
READ_WHOLE = """
from mlplatform.flow import ledger_queries, status
from mlplatform.flow.lineage import lineage
def whole(workspace, topics, settings=None, at=None):
    return ledger_queries.statements(workspace, settings)
status.statements_on = lineage.statements_on = whole
"""


class Cost(NamedTuple):
    """Seconds by the clock, seconds of all cores together, and the MiB that the process needs at most."""

    wall: float
    cpu: float
    peak: float

    def __str__(self) -> str:
        return f"{self.wall:.2f} s ({self.cpu:.2f}) {self.peak:.0f} MiB"


def run(command: Sequence[str], folder: Path) -> Cost:
    """What a command costs; that a deployment is not ready is no error."""
    started, peak = time.perf_counter(), folder.parent / "peak"
    peak.write_text("0")
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        output = process.stdout.read() if process.stdout else b""
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1) or b"Traceback" in output or not output:
        sys.exit(f"{command} ended with {process.returncode}: {output.decode()[:2000]}")
    return Cost(time.perf_counter() - started, used.ru_utime + used.ru_stime, int(peak.read_text()) / 1024)


def measure(made: History, words: list[str]) -> list[Cost]:
    """The medians of each column."""
    index = index_file(Git(made.folder), LEDGER)
    index.unlink(missing_ok=True)
    platform = [sys.executable, "-c", PLATFORM, *words]
    run(platform, made.folder)
    whole_index = index.read_bytes()
    older_index = _index_of_older(made, index, platform)
    columns: list[tuple[list[str], Callable[[], object]]] = [
        (platform, lambda: index.write_bytes(whole_index)),
        (platform, lambda: index.write_bytes(older_index)),
        (platform, lambda: index.unlink(missing_ok=True)),
        ([sys.executable, "-c", READ_WHOLE + PLATFORM, *words], lambda: None),
        (["git", "log", "--format=%H", LEDGER], lambda: None),
    ]
    rounds = []
    for _ in range(ROUNDS):
        measured = []
        for arguments, prepare in columns:
            prepare()
            measured.append(run(arguments, made.folder))
        rounds.append(measured)
    return [
        Cost(*(statistics.median(values) for values in zip(*column, strict=True)))
        for column in zip(*rounds, strict=True)
    ]


def _index_of_older(made: History, index: Path, platform: list[str]) -> bytes:
    """The index of somebody who looked 30 statements ago."""
    tip = git(made.folder, "rev-parse", LEDGER).decode().strip()
    git(made.folder, "update-ref", LEDGER, f"{LEDGER}~30")
    run(platform, made.folder)
    git(made.folder, "update-ref", LEDGER, tip)
    return index.read_bytes()


def main() -> None:
    sizes = [int(size) for size in sys.argv[1:]] or SIZES
    names = ("warm", "newer", "cold", "whole", "git log")
    print(f"{'statements':>10}{'':>10}" + "".join(f"{name:>24}" for name in names))
    for size in sizes:
        with tempfile.TemporaryDirectory() as name:
            made = history(Path(name) / "repository", -(-size // RECORDS_OF_A_MERGE), DOCUMENTS)
            lineage = ["lineage", made.models[0], "--env", "production"]
            for words in (["status"], lineage):
                cells = [str(cost) for cost in measure(made, words)]
                print(f"{size:>10}{words[0]:>10}" + "".join(f"{cell:>24}" for cell in cells), flush=True)


if __name__ == "__main__":
    main()
