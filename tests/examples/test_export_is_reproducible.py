"""The same data and parameters give the same ONNX bytes, whatever the machine's kernels and threads."""

import json
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = (
    pytest.mark.exhaustive
)  # `up` in the acceptance tests compares what it trains with the reviewed digests

REPOSITORY = Path(__file__).parents[2]
# What differs between machines and could reach the bytes: the order of hash sets (it does: skl2onnx), the BLAS
# kernel and its threads (they do: logistic regression), numpy's SIMD paths, how many trees are fitted at a time.
MACHINES: dict[str, dict[str, str]] = {
    "as it is": {"PYTHONHASHSEED": "0", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "JOBS": "1"},
    "Haswell": {
        "PYTHONHASHSEED": "1",
        "OPENBLAS_CORETYPE": "Haswell",
        "OPENBLAS_NUM_THREADS": "2",
        "JOBS": "1",
    },
    "Nehalem": {
        "PYTHONHASHSEED": "2",
        "OPENBLAS_CORETYPE": "Nehalem",
        "OMP_NUM_THREADS": "3",
        "NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4",
        "JOBS": "3",
    },
}


def train_all(folder: Path, machine: dict[str, str]) -> dict[str, Any]:
    folder.mkdir()
    program = Path(__file__).with_name("train_all.py")
    environment = os.environ | machine | {"PYTHONPATH": str(REPOSITORY / "examples/training")}
    command = [sys.executable, str(program), str(folder), machine["JOBS"]]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("machines")
    return {name: train_all(folder / name, machine) for name, machine in MACHINES.items()}


def test_every_model_has_the_same_bytes_on_every_machine(trained: dict[str, dict[str, Any]]) -> None:
    first, *others = trained.values()
    assert len(first["digests"]) == 10
    for other in others:
        assert other["digests"] == first["digests"]


def test_every_model_has_the_same_metrics_on_every_machine(trained: dict[str, dict[str, Any]]) -> None:
    # not those of several jobs: threads add up a forest's votes in any order, and a tie may fall either way
    first, *others = [trained[name] for name, machine in MACHINES.items() if machine["JOBS"] == "1"]
    assert others
    for other in others:
        assert other["metrics"] == first["metrics"]


def test_every_version_has_bytes_of_its_own(trained: dict[str, dict[str, Any]]) -> None:
    digests = trained["as it is"]["digests"].values()
    assert len(set(digests)) == len(digests)


def test_a_newer_version_is_a_better_one(trained: dict[str, dict[str, Any]]) -> None:
    metrics = trained["as it is"]["metrics"]
    for model, metric in [("clinic_tumour", "auc"), ("clinic_progression", "r2"), ("postal_digits", "auc")]:
        scores = [metrics[f"{model}-{version}"][metric] for version in ("1.0.0", "1.1.0", "1.2.0")]
        assert scores == sorted(set(scores)), f"{model}: {scores}"


@pytest.mark.skipif(platform.machine() != "x86_64", reason="the kernels named above are those of x86_64")
def test_the_machines_compared_do_differ_in_their_blas_kernels(trained: dict[str, dict[str, Any]]) -> None:
    assert trained["Haswell"]["kernels"] == ["Haswell"]
    assert trained["Nehalem"]["kernels"] == ["Nehalem"]
