"""A shared registry over HTTP: plans of many deployments, many aliases moved at once, and an apply of nothing.

    python bench/registry.py [DEPLOYMENTS ...]        (default: 1000 10000)

Against a real `mlflow server` with SQLite, and with PostgreSQL where there is one. The models are batch models, so that
a plan reads the registry and a Triton that holds nothing. `calls` counts the HTTP requests at a proxy: a search of
versions, 5,000 a page, and one of models, 1,000 a page as MLflow gives no more. `reconcile` moves two aliases of every
model of the smallest size, with journal, ledger, lease on a bare remote and snapshot, and hashes the bytes of every new
champion before; `bare calls` is the same in turn without us: MLflow's own client reads the registry and sets as many
aliases, and as many payloads are downloaded and hashed. Medians of several rounds.
"""

import hashlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.request import urlopen

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from support.postgres import missing, postgres  # noqa: E402
from support.rows import fill, place_of  # noqa: E402

from mlplatform.core.naming import Kind  # noqa: E402
from mlplatform.core.payload import ManifestEntry, digest_of  # noqa: E402
from mlplatform.core.repository import Repository  # noqa: E402
from mlplatform.core.target import LocalTarget  # noqa: E402
from mlplatform.flow.progress import SILENT  # noqa: E402
from mlplatform.flow.reconcile.planning import make_plan  # noqa: E402
from mlplatform.flow.reconcile.reconcile import reconcile  # noqa: E402
from mlplatform.flow.workspace import Workspace  # noqa: E402
from mlplatform.local.identity import target_id  # noqa: E402
from mlplatform.local.stack import start_all, started_environments, stop_all  # noqa: E402
from mlplatform.providers.git import Git  # noqa: E402
from mlplatform.providers.mlflow.server import ARTIFACTS  # noqa: E402
from tests.support import values  # noqa: E402
from tests.support.mlflow_between import Between, between  # noqa: E402
from tests.support.mlflow_server import free_port, mlflow_server  # noqa: E402

SIZES = (1_000, 10_000)
PLAN_ROUNDS, ROUNDS, LIMIT = 3, 3, 1.3
ENVIRONMENT = "development"
BYTES = {"1.0.0": b"one", "1.1.0": b"another"}
ENTRIES = {v: ManifestEntry("model.onnx", len(b), hashlib.sha256(b).hexdigest()) for v, b in BYTES.items()}
VERSIONS = {version: digest_of([entry]) for version, entry in ENTRIES.items()}


def models(size: int) -> list[str]:
    return [f"team-{number // 100:03}/model-{number:05}" for number in range(size)]


def prefix(size: int) -> str:
    return f"size-{size}."


def repository(place: Workspace, url: str, size: int, version: str) -> Repository:
    """A judged commit that pins one version of every model; a new commit each time."""
    pins = {ENVIRONMENT: {model: values.deployment(version, VERSIONS[version]) for model in models(size)}}
    made = values.repository(pins, kinds=dict.fromkeys(models(size), "batch"), commit=commit(place))
    said = values.environment(1, max_changed_percent=100)
    said["registry"] = {"provider": "mlflow", "uri": url, "prefix": prefix(size)}
    return replace(made, environments={ENVIRONMENT: values.document(Kind.ENVIRONMENT, ENVIRONMENT, said)})


def commit(place: Workspace) -> str:
    git(place.git.root, "commit", "--quiet", "--allow-empty", "-m", "bench")
    git(place.git.root, "push", "--quiet", "origin", "HEAD:main")
    return place.git.resolve("HEAD")


def git(folder: Path, *args: str) -> None:
    identity = ("-c", "user.name=bench", "-c", "user.email=bench@example.com")
    subprocess.run(["git", *identity, *args], cwd=folder, check=True)


@contextmanager
def working_place(folder: Path) -> Iterator[Workspace]:
    """A clone of a bare remote, and a Triton that serves nothing."""
    git(folder, "init", "--quiet", "--bare", "remote")
    git(folder, "init", "--quiet", "-b", "main", "clone")
    git(folder / "clone", "remote", "add", "origin", str(folder / "remote"))
    place = Workspace(Git(folder / "clone"), LocalTarget(folder / "clone"))
    commit(place)
    target_id(place.target)
    start_all(place.target, [ENVIRONMENT])
    try:
        yield place
    finally:
        stop_all(place.target, started_environments(place.target))


def seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def store(artifacts: Path) -> None:
    """The bytes of every version, where the rows of all models say that they are."""
    for version, digest in VERSIONS.items():
        folder = artifacts / place_of(digest) / "model"
        folder.mkdir(parents=True)
        (folder / "model.onnx").write_bytes(BYTES[version])


def bare_calls(url: str, size: int, champion: str) -> None:
    """What has to be asked and written to move the aliases of every model, by MLflow's own client."""
    from mlflow.tracking import MlflowClient

    client = MlflowClient(tracking_uri=url, registry_uri=url)
    mine = f"name LIKE '{prefix(size)}%'"
    client.search_model_versions(mine, max_results=200_000)
    token = None
    while True:
        page = client.search_registered_models(mine, max_results=1_000, page_token=token)
        if not (token := page.token):
            break
    numbers = {version: str(number) for number, version in enumerate(VERSIONS, start=1)}
    (previous,) = VERSIONS.keys() - {champion}
    for model in models(size):
        name = prefix(size) + model.replace("/", ".")
        with urlopen(f"{url}{ARTIFACTS}/{place_of(VERSIONS[champion])}/model/model.onnx") as answer:
            hashlib.sha256(answer.read()).hexdigest()
        client.set_registered_model_alias(name, "previous", numbers[previous])
        client.set_registered_model_alias(name, "champion", numbers[champion])


def measure_plans(place: Workspace, proxy: Between, size: int) -> str:
    """Seconds of a plan of nothing to do, and how many calls it makes."""
    judged = repository(place, proxy.url, size, "1.0.0")
    times = []
    for _ in range(PLAN_ROUNDS):
        proxy.calls.clear()
        times.append(seconds(lambda: _nothing(make_plan(place, judged, ENVIRONMENT).changes)))
    return f"{statistics.median(times):>8.2f} s  {len(proxy.calls):>3} calls, {len(proxy.writes())} writes"


def measure_nothing(place: Workspace, proxy: Between, size: int) -> str:
    judged = repository(place, proxy.url, size, "1.0.0")
    proxy.calls.clear()
    took = seconds(lambda: _nothing(reconcile(place, judged, ENVIRONMENT, SILENT).outcomes))
    return f"{took:>8.2f} s  {len(proxy.calls):>3} calls, {len(proxy.writes())} writes"


def measure_aliases(place: Workspace, size: int, direct: str) -> str:
    """Medians of a reconcile of two aliases of every model and of the bare calls, which take turns."""
    ours, bare = [], []
    for _ in range(ROUNDS):
        judged = repository(place, direct, size, "1.1.0")
        ours.append(seconds(lambda judged=judged: _everything(reconcile(place, judged, ENVIRONMENT, SILENT))))  # type: ignore[misc]
        bare.append(seconds(lambda: bare_calls(direct, size, "1.0.0")))  # and all is as it was
    ratio = statistics.median(ours) / statistics.median(bare)
    missed = "" if ratio <= LIMIT else "  MISSED"
    return (
        f"{statistics.median(ours):>8.2f} s  bare calls {statistics.median(bare):.2f} s  "
        f"ratio {ratio:.2f} (≤ {LIMIT}){missed}"
    )


def _nothing(done: Sequence[object]) -> None:
    if done:
        sys.exit(f"{len(done)} changes were planned where all is as declared")


def _everything(done: object) -> None:
    if not getattr(done, "is_done", False):
        sys.exit(f"the aliases were not all moved: {getattr(done, 'outcomes', ())[:1]}")


def measure(name: str, database: str, folder: Path, sizes: Sequence[int]) -> None:
    address = database or f"sqlite:///{folder / 'mlflow.db'}"
    with mlflow_server(folder, database) as running, between(running.port) as proxy:
        store(running.folder / "artifacts")
        (folder / "place").mkdir()
        with working_place(folder / "place") as place:
            for size in sizes:
                aliases = {"champion": "1.0.0", "previous": "1.1.0"}
                fill(address, prefix(size), VERSIONS, models(size), values.METRICS, aliases)
                print(
                    f"{name:<11} {size:>6} deployments  plan         {measure_plans(place, proxy, size)}",
                    flush=True,
                )
                print(
                    f"{name:<11} {size:>6} deployments  no-op apply  {measure_nothing(place, proxy, size)}",
                    flush=True,
                )
            size = min(sizes)
            print(
                f"{name:<11} {size:>6} deployments  reconcile    {measure_aliases(place, size, running.url)}",
                flush=True,
            )


def main() -> None:
    os.environ.update(MLFLOW_DISABLE_TELEMETRY="true", DO_NOT_TRACK="true")
    sizes = [int(size) for size in sys.argv[1:]] or SIZES
    with tempfile.TemporaryDirectory() as folder:
        measure("SQLite", "", Path(folder), sizes)
    if why := missing():
        print(f"PostgreSQL is left out: {why}")
        return
    with tempfile.TemporaryDirectory() as folder, postgres(free_port()) as address:
        measure("PostgreSQL", address, Path(folder), sizes)


if __name__ == "__main__":
    main()
