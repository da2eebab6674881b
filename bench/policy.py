"""How long the judging of a repository takes, whole processes beside each other, and that of a change of one document.

    python bench/policy.py [DOCUMENTS ...]        (default: 1000 10000 50000)

The first table is of 10,000 documents (with other sizes: of the largest up to that): `check-jsonschema` validates only;
`conftest test` asks three simple rules of each document, without schema, links or lines; `platform check` does all of
it with every package. The second table is of `platform check --base HEAD~1 --head HEAD` and `--base HEAD` (the working
tree), with one document changed, of each kind that few others refer to. Medians of several rounds, without Checkov;
every command has to find nothing wrong.
"""

import statistics
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from support.conftest import find_conftest
from support.documents import documents
from support.repositories import BIN, ROOT, Took, check_jsonschema, git, took, write

SIZES = (1_000, 10_000, 50_000)
FULL = 10_000
PLATFORM = str(BIN / "platform")
CHANGED = {
    "deployment": "environments/production/school-00004/model-1.yaml",
    "model": "models/school-00004/model-1.yaml",
    "data set": "tenants/school-00004/datasets/events-1.yaml",
    "tenant": "tenants/school-00004/tenant.yaml",
}


def _full(folder: Path, texts: Mapping[str, str]) -> None:
    """The first table, with each time as a ratio of the two yardsticks."""
    roots = sorted({path.split("/")[0] for path in texts})
    columns = {"check-jsonschema": check_jsonschema(texts)}
    if conftest := find_conftest():
        rules = str(ROOT / "bench/support/simple.rego")
        columns["conftest, 3 rules"] = [
            [conftest, "test", "--quiet", "--parser=yaml", f"--policy={rules}", *roots]
        ]
    columns["platform check"] = [[PLATFORM, "check", "--fast"]]
    columns["check a commit"] = [[PLATFORM, "check", "--fast", "--head", "HEAD"]]
    medians = _medians(columns, folder, 3)
    ours = medians["platform check"].wall
    print(f"{len(texts)} documents, whole processes")
    for name, median in medians.items():
        print(
            f"{name:>20} {median.wall:>8.2f} s   platform check takes {ours / median.wall:.2f} of it"
            f"   ({median.cpu:.2f} s on all cores together)"
        )
    if not conftest:
        print(
            f"{'conftest':>20}  left out: it is not on PATH, and cannot be built (`go` is missing, or fails)"
        )
    print(flush=True)


def _change(folder: Path, count: int) -> None:
    """A line of the second table for each kind."""
    check = [PLATFORM, "check", "--fast", "--base"]
    for kind, path in CHANGED.items():
        with (folder / path).open("a") as file:
            file.write("# one line more\n")
        tree = _medians({"tree": [[*check, "HEAD"]]}, folder, 5)["tree"].wall
        git(folder, "commit", "--quiet", "--all", "-m", kind)
        commit = _medians({"commit": [[*check, "HEAD~1", "--head", "HEAD"]]}, folder, 5)["commit"].wall
        print(f"{count:>9} {kind:>12} {commit:>9.2f} s {tree:>13.2f} s", flush=True)


def _medians(columns: Mapping[str, Sequence[Sequence[str]]], folder: Path, rounds: int) -> dict[str, Took]:
    """The columns one after the other, round by round: what else the machine does then slows all of them."""
    times = [[took(commands, folder) for commands in columns.values()] for _ in range(rounds)]
    return {
        name: Took(*map(statistics.median, zip(*column, strict=True)))
        for name, column in zip(columns, zip(*times, strict=True), strict=True)
    }


def main() -> None:
    sizes = [int(size) for size in sys.argv[1:]] or SIZES
    full = max((size for size in sizes if size <= FULL), default=None)
    for size in sorted(sizes, key=lambda size: (size != full, size)):
        texts = documents(size)
        with tempfile.TemporaryDirectory() as name:
            write(Path(name), texts)
            if size == full:
                _full(Path(name), texts)
                print(
                    f"{'documents':>9} {'changed':>12} {'a commit':>11} {'working tree':>15}   (at most 1.5 s)"
                )
            _change(Path(name), len(texts))


if __name__ == "__main__":
    main()
