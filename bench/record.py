"""How long it takes to verify the record of many changes, beside git's own walk over the same history.

    python bench/record.py [MERGES ...]        (default: 2500 10000)

Each merge has three records: the change, and an apply to two environments. `verify` reads and verifies all of them in
a process of its own; `since` begins at a checkpoint that lacks the last 100 merges; `export` verifies all of them too,
and writes what an auditor gets of the last 2,500. `git log` is `git log --first-parent --name-status` over main, which
verifies nothing. Medians of several rounds.
"""

import json
import shlex
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from support.changes import APART, BEGIN, LEDGER, History, git, history
from support.repositories import BIN, seconds

SIZES = (2_500, 10_000)
COLUMNS = ("verify", "since", "export", "git log", "verify / git log")
QUARTER = 2_500
TARGETS = {10_000: "verify ≤ 60 s, export ≤ 20 s"}


def _verify(made: History, *more: str) -> list[str]:
    trust = made.folder.parent / "trust.yaml"
    trust.write_text(json.dumps(made.trust.model_dump(mode="json", by_alias=True)))
    return [
        str(BIN / "platform"),
        "evidence",
        "verify",
        "--trust",
        str(trust),
        "--ledger",
        LEDGER,
        "--json",
        *more,
    ]


def _export(made: History, merges: int) -> list[str]:
    first, last = (BEGIN + APART * number for number in (max(0, merges - QUARTER), merges))
    period = ["--from", first.date().isoformat(), "--to", last.date().isoformat()]
    parent = made.folder.parent
    out = [
        "--out",
        str(parent / "export"),
        "--trust",
        str(parent / "trust.yaml"),
        "--key",
        str(parent / "recorder"),
    ]
    return [str(BIN / "platform"), "evidence", "export", *period, *out, "--ledger", LEDGER]


def _checkpoint(made: History) -> Path:
    """Write the checkpoint of whoever verified 100 merges ago."""
    path = made.folder.parent / "checkpoint.json"
    main, ledger = (git(made.folder, "rev-parse", ref).decode().strip() for ref in ("main", LEDGER))
    git(made.folder, "update-ref", "refs/heads/main", "main~100")
    git(made.folder, "update-ref", LEDGER, f"{LEDGER}~300")
    subprocess.run(
        _verify(made, "--write-checkpoint", str(path)), cwd=made.folder, check=True, capture_output=True
    )
    git(made.folder, "update-ref", "refs/heads/main", main)
    git(made.folder, "update-ref", LEDGER, ledger)
    return path


def measure(merges: int, rounds: int) -> list[float]:
    """The median seconds of each column."""
    with tempfile.TemporaryDirectory() as name:
        made = history(Path(name) / "repository", merges)
        checkpoint = _checkpoint(made)
        columns = [
            [_verify(made)],
            [_verify(made, "--checkpoint", str(checkpoint))],
            [["sh", "-c", f"rm -rf {made.folder.parent}/export && {shlex.join(_export(made, merges))}"]],
            [["git", "log", "--first-parent", "-m", "--name-status", "--format=%H %T", "main"]],
        ]
        times = [[seconds(commands, made.folder) for commands in columns] for _ in range(rounds)]
    medians = [statistics.median(column) for column in zip(*times, strict=True)]
    return [*medians, medians[0] / medians[3]]


def main() -> None:
    sizes = [int(size) for size in sys.argv[1:]] or SIZES
    print(f"{'merges':>9}" + "".join(f"{name:>18}" for name in COLUMNS))
    for size in sizes:
        *times, ratio = measure(size, 3)
        cells = [f"{each:.2f} s" for each in times] + [f"{ratio:.1f}"]
        print(
            f"{size:>9}" + "".join(f"{cell:>18}" for cell in cells) + f"  {TARGETS.get(size, '')}", flush=True
        )


if __name__ == "__main__":
    main()
