"""How long check, plan and an apply with nothing to do take, beside `check-jsonschema` on the same documents.

    python bench/repository.py [DOCUMENTS ...]        (default: 1000 10000)

Every column is a whole process. `platform check` loads, validates, follows links and asks the policies;
`check-jsonschema` validates only. The models are batch models, so that a plan reads three full registries and a Triton
that holds nothing; `bare reads` is MLflow's own client reading the same three registries. Medians of several rounds.
"""

import statistics
import sys
import tempfile
from pathlib import Path

from support.documents import documents
from support.repositories import BIN, ROOT, check_jsonschema, seconds, write

from mlplatform.flow.check.run_check import load_repository
from mlplatform.flow.workspace import Workspace
from mlplatform.local.identity import target_id
from mlplatform.local.stack import start_all, started_environments, stop_all
from support.registries import fill

SIZES = (1_000, 10_000)
COLUMNS = ("check", "plan", "no-op apply", "check-jsonschema", "bare reads")


def _bare_reads(folder: Path) -> list[str]:
    code = (
        "from pathlib import Path; from mlplatform.flow.workspace import Workspace; "
        "from support.registries import bare_reads; "
        f"bare_reads(Workspace.discover(Path({str(folder)!r})), ('development', 'integration', 'production'))"
    )
    return [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(ROOT / 'bench')!r}); {code}"]


def measure(count: int, rounds: int) -> tuple[int, list[float]]:
    """The number of documents, and the median seconds of each column."""
    texts = documents(count)
    platform = str(BIN / "platform")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, texts)
        place = Workspace.discover(folder)
        target_id(place.target)
        fill(place, load_repository(place.git, "HEAD"))
        start_all(place.target, ["production"])
        columns = [
            [[platform, "check", "--json"]],
            [[platform, "plan", "--env", "production"]],
            [[platform, "apply", "--env", "production"]],
            check_jsonschema(texts),
            [_bare_reads(folder)],
        ]
        try:
            times = [[seconds(commands, folder) for commands in columns] for _ in range(rounds)]
        finally:
            stop_all(place.target, started_environments(place.target))
    return len(texts), [statistics.median(column) for column in zip(*times, strict=True)]


def main() -> None:
    sizes = [int(size) for size in sys.argv[1:]] or SIZES
    print(f"{'documents':>9} {'rounds':>6}" + "".join(f"{name:>18}" for name in (*COLUMNS, "check ratio")))
    for size in sizes:
        rounds = 5 if size <= 2_000 else 3
        count, medians = measure(size, rounds)
        ratio = f"{medians[0] / medians[3]:.2f} (≤ 0.25)"
        cells = [f"{median:.2f} s" for median in medians] + [ratio]
        print(f"{count:>9} {rounds:>6}" + "".join(f"{cell:>18}" for cell in cells), flush=True)


if __name__ == "__main__":
    main()
