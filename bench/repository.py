"""How long check, plan and an apply with nothing to do take, beside `check-jsonschema` on the same documents.

    python bench/repository.py [DOCUMENTS ...]        (default: 1000 10000)

Every column is a whole process. `platform check` loads, validates, follows links and asks the policies;
`check-jsonschema` validates only. The models are batch models, so that a plan reads three full registries and a Triton
that holds nothing; `bare reads` is MLflow's own client reading the same three registries. Medians of several rounds.
"""

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from support.documents import documents

from mlplatform.flow.judge import repository_at
from mlplatform.flow.place import Place
from mlplatform.local.identity import target_id
from mlplatform.local.stack import known, start_all, stop_all
from support.registries import fill

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
SIZES = (1_000, 10_000)
COLUMNS = ("check", "plan", "no-op apply", "check-jsonschema", "bare reads")
GIT = ("git", "-c", "user.name=bench", "-c", "user.email=bench@example.com")


def _write(folder: Path, texts: dict[str, str]) -> None:
    for path, text in texts.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    shutil.copytree(ROOT / "policies", folder / "policies")
    (folder / ".gitignore").write_text("/.platform/\n")
    subprocess.run([*GIT, "init", "--quiet", "-b", "main"], cwd=folder, check=True)
    subprocess.run([*GIT, "add", "-A"], cwd=folder, check=True)
    subprocess.run([*GIT, "commit", "--quiet", "-m", "bench"], cwd=folder, check=True)


def _seconds(commands: Sequence[Sequence[str]], folder: Path) -> float:
    """How long the commands take, one after the other; each has to find nothing wrong."""
    started = time.perf_counter()
    for command in commands:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"{command[0]} ended with {done.returncode}: {(done.stdout + done.stderr)[:2000]}")
    return time.perf_counter() - started


def _yardstick(texts: dict[str, str]) -> list[list[str]]:
    """One check-jsonschema for each kind, with the schema that the kind's document names."""
    by_kind: dict[str, list[str]] = {}
    for path, text in texts.items():
        kind = text[text.index("schema: ") + 8 :].split("/", 1)[0]
        by_kind.setdefault(kind, []).append(path)
    program = str(BIN / "check-jsonschema")
    return [
        [program, "--schemafile", f"policies/schemas/{kind}.schema.json", *paths]
        for kind, paths in by_kind.items()
    ]


def _bare_reads(folder: Path) -> list[str]:
    code = (
        "from pathlib import Path; from mlplatform.flow.place import Place; from support.registries import bare_reads; "
        f"bare_reads(Place.at(Path({str(folder)!r})), ('development', 'integration', 'production'))"
    )
    return [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(ROOT / 'bench')!r}); {code}"]


def measure(count: int, rounds: int) -> tuple[int, list[float]]:
    """The number of documents, and the median seconds of each column."""
    texts = documents(count)
    platform = str(BIN / "platform")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _write(folder, texts)
        place = Place.at(folder)
        target_id(place.target)
        fill(place, repository_at(place.git, "HEAD"))
        start_all(place.target, ["production"])
        columns = [
            [[platform, "check", "--json"]],
            [[platform, "plan", "--env", "production"]],
            [[platform, "apply", "--env", "production"]],
            _yardstick(texts),
            [_bare_reads(folder)],
        ]
        try:
            times = [[_seconds(commands, folder) for commands in columns] for _ in range(rounds)]
        finally:
            stop_all(place.target, known(place.target))
    return len(texts), [statistics.median(column) for column in zip(*times, strict=True)]


def main() -> None:
    sizes = [int(size) for size in sys.argv[1:]] or SIZES
    print(f"{'documents':>9} {'rounds':>6}" + "".join(f"{name:>18}" for name in (*COLUMNS, "check ratio")))
    for size in sizes:
        rounds = 5 if size <= 2_000 else 3
        count, medians = measure(size, rounds)
        ratio = f"{medians[0] / medians[3]:.2f} (≤ 0.25)"
        cells = [f"{seconds:.2f} s" for seconds in medians] + [ratio]
        print(f"{count:>9} {rounds:>6}" + "".join(f"{cell:>18}" for cell in cells), flush=True)


if __name__ == "__main__":
    main()
