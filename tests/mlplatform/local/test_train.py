"""Which run ids are read from what a training script prints."""

import re
from pathlib import Path

import pytest

from mlplatform.core.errors import Refusal
from mlplatform.local.train import train
from mlplatform.providers.mlflow import MlflowServer
from mlplatform.providers.registry.mlflow.names import Names
from mlplatform.providers.registry.mlflow.shared import SharedMlflowRegistry
from tests.support.mlflow_server import Running, mlflow

__all__ = ["mlflow"]

MODEL = "clinic/tumour"
RUNS = {"1.0.0": "0" * 32, "1.1.0": "1" * 32}
LINKS = "🏃 View run 1.0.0 at: http://127.0.0.1:5577/#/experiments/1/runs/0"
TRACKED = """
import sys, mlflow
for version in sys.argv[1:]:
    with mlflow.start_run(run_name=version) as run:
        pass
    print(run.info.run_id)
"""


def script(folder: Path, text: str) -> str:
    (folder / "script.py").write_text(text)
    return "script.py"


def printing(*lines: str) -> str:
    return "".join(f"print({line!r})\n" for line in lines)


@pytest.mark.exhaustive
@pytest.mark.servers
def test_a_script_that_tracks_on_a_server_gives_its_run_ids_and_no_links(
    tmp_path: Path, mlflow: Running
) -> None:
    registry = SharedMlflowRegistry(MlflowServer(mlflow.url), Names("train."))
    tracking = registry.training_environment(MODEL)
    found = train(tmp_path, MODEL, script(tmp_path, TRACKED), list(RUNS), tracking)
    assert [registry.run(run).lineage.run for run in found.values()] == list(found.values())


def test_what_is_said_before_the_run_ids_is_not_read(tmp_path: Path) -> None:
    said = script(tmp_path, printing("epoch 1", *RUNS.values()))
    assert train(tmp_path, MODEL, said, list(RUNS), {}) == RUNS


@pytest.mark.parametrize(
    ("lines", "ended"),
    [
        ((*RUNS.values(), LINKS), repr(LINKS)),
        (("0" * 32, f"run {'1' * 32}"), repr(f"run {'1' * 32}")),
        (("0" * 32,), "1 of 2 lines"),
        ((), "0 of 2 lines"),
    ],
)
def test_what_is_no_run_id_is_refused_in_one_sentence(
    tmp_path: Path, lines: tuple[str, ...], ended: str
) -> None:
    said = script(tmp_path, printing(*lines))
    expected = f"training clinic/tumour 1.0.0 1.1.0 ended with {ended} where a run id"
    with pytest.raises(Refusal, match=re.escape(expected)):
        train(tmp_path, MODEL, said, list(RUNS), {})


def test_a_script_that_fails_is_refused_with_its_last_words(tmp_path: Path) -> None:
    said = script(tmp_path, "raise SystemExit('no such file')")
    with pytest.raises(Refusal, match="failed: no such file"):
        train(tmp_path, MODEL, said, list(RUNS), {})
