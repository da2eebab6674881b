"""How long a promotion and a rollback take from the merge on, while requests go on being answered.

    python bench/promotion.py [ROUNDS]        (default: 5)

Whole processes of `platform apply --env production` right after the merge, against a real MLflow registry, Triton and
gateway: until the first answer of the wanted version, and until the end. A promotion copies, loads, probes, routes and
moves the aliases (at most 15 s); a rollback finds the old version loaded (at most 5 s). Beside it the least that the
same work costs: MLflow's import and start of Python alone. Medians; a request that failed is counted.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tools")]

from mlplatform.local.stack import start_all, started_environments, stop_all  # noqa: E402
from mlplatform.providers.serving.triton import TritonServing  # noqa: E402
from tests.support.laboratory import SCALER, Laboratory, laboratory  # noqa: E402
from tests.support.stack import infer_body  # noqa: E402
from tests.support.traffic import Traffic  # noqa: E402

PLATFORM = [sys.executable, "-m", "mlplatform.cli"]
BARE = [sys.executable, "-c", "import mlflow.tracking, mlplatform.providers.registry.mlflow"]


def _apply(lab: Laboratory, version: str, traffic: Traffic) -> tuple[float, float]:
    """Seconds from the merge until the version answers, and until the run has ended."""
    lab.pin("production", version)
    began = time.perf_counter()
    traffic.answers.clear()
    environment = {"PYTHONPATH": str(ROOT / "tools"), "PATH": "/usr/bin:/bin"}
    run = subprocess.Popen(
        [*PLATFORM, "apply", "--env", "production"],
        cwd=lab.place.git.root,
        env=environment,
        stdout=subprocess.DEVNULL,
    )
    traffic.wait_for(version, 1, 120)
    answered = time.perf_counter() - began
    if run.wait() != 0:
        raise SystemExit(f"the apply of {version} ended with {run.returncode}")
    return answered, time.perf_counter() - began


def _bare() -> float:
    began = time.perf_counter()
    subprocess.run(BARE, check=True, env={"PYTHONPATH": str(ROOT / "tools"), "PATH": "/usr/bin:/bin"})
    return time.perf_counter() - began


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    versions = [f"1.{number}.0" for number in range(1, rounds + 3)]
    with tempfile.TemporaryDirectory() as folder:
        lab = laboratory(Path(folder) / "lab", versions)
        start_all(lab.place.target, ["production"])
        try:
            _measure(lab, versions)
        finally:
            stop_all(lab.place.target, started_environments(lab.place.target))


def _measure(lab: Laboratory, versions: list[str]) -> None:
    url = TritonServing.at(lab.place.paths("production")).url(SCALER)
    with Traffic(url, infer_body(), 2, pause=0.005) as traffic:
        _apply(lab, versions[0], traffic)
        traffic.failures.clear()  # nothing was routed before the first version
        promotions, rollbacks, bare = [], [], []
        for old, new in pairwise(versions):
            promotions.append(_apply(lab, new, traffic))
            rollbacks.append(_apply(lab, old, traffic))
            _apply(lab, new, traffic)
            bare.append(_bare())
        failed = len(traffic.failures)
    print(f"{'':>12} {'answers after':>14} {'ended after':>12}   of {len(bare)} runs, medians")
    for name, times, limit in (("promotion", promotions, 15), ("rollback", rollbacks, 5)):
        answered, ended = (statistics.median(column) for column in zip(*times, strict=True))
        print(f"{name:>12} {answered:>12.2f} s {ended:>10.2f} s   (at most {limit} s)")
    print(f"{'bare start':>12} {'':>14} {statistics.median(bare):>10.2f} s   (Python, MLflow, nothing done)")
    print(f"{failed} requests failed")


if __name__ == "__main__":
    main()
