"""The exported models answer in the serving environment (numpy<2) what scikit-learn answers in the control plane's."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).parents[2]
SERVING = REPOSITORY / ".venv-serving/bin/python"
# Runs in the serving environment; prints what the session declares and how far its answers lie from scikit-learn's.
COMPARE = """
import json, sys
import numpy as np, onnxruntime

found = {"numpy": np.__version__}
for path in sys.argv[1:]:
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    expected = np.load(path.removesuffix(".onnx") + ".npz")
    names = [output.name for output in session.get_outputs()]
    answers = dict(zip(names, session.run(names, {"X": expected["X"]})))
    one_row = session.run(names, {"X": expected["X"][:1]})
    found[path.rpartition("/")[2]] = {
        "inputs": [[i.name, i.type, i.shape[1:]] for i in session.get_inputs()],
        "outputs": [[o.name, o.type, o.shape[1:]] for o in session.get_outputs()],
        "off": {name: float(np.abs(answers[name] - expected[name]).max()) for name in names},
        "shapes": {name: [list(answers[name].shape), list(expected[name].shape)] for name in names},
        "one row": [list(answer.shape) for answer in one_row],
    }
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    if not SERVING.exists():
        pytest.skip("there is no .venv-serving: `make test` builds it")
    folder = tmp_path_factory.mktemp("exported")
    program = Path(__file__).with_name("train_all.py")
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY / "examples/training")}
    subprocess.run([sys.executable, str(program), str(folder), "1"], env=environment, check=True)
    paths = sorted(map(str, folder.glob("*.onnx")))
    assert len(paths) == 9
    done = subprocess.run(
        [str(SERVING), "-c", COMPARE, *paths], stdout=subprocess.PIPE, check=True, timeout=120
    )
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


@pytest.mark.parametrize(
    ("model", "features", "classes"), [("clinic_tumour", 30, 2), ("postal_digits", 64, 10)]
)
@pytest.mark.parametrize("version", ["1.0.0", "1.1.0", "1.2.0"])
def test_a_classifier_is_served_as_scikit_learn_predicts(
    served: dict[str, Any], model: str, features: int, classes: int, version: str
) -> None:
    answer = served[f"{model}-{version}.onnx"]
    assert answer["inputs"] == [["X", "tensor(float)", [features]]]
    assert answer["outputs"] == [
        ["label", "tensor(int64)", []],
        ["probabilities", "tensor(float)", [classes]],
    ]
    assert answer["one row"] == [[1], [1, classes]]
    assert all(ours == theirs for ours, theirs in answer["shapes"].values())
    assert answer["off"]["label"] == 0
    assert answer["off"]["probabilities"] < 1e-5


@pytest.mark.parametrize("version", ["1.0.0", "1.1.0", "1.2.0"])
def test_a_regression_is_served_as_scikit_learn_predicts(served: dict[str, Any], version: str) -> None:
    answer = served[f"clinic_progression-{version}.onnx"]
    assert answer["inputs"] == [["X", "tensor(float)", [10]]]
    assert answer["outputs"] == [["prediction", "tensor(float)", [1]]]
    assert answer["one row"] == [[1, 1]]
    assert all(ours == theirs for ours, theirs in answer["shapes"].values())
    assert answer["off"]["prediction"] < 1e-3  # of predictions between 25 and 350


def test_the_serving_environment_has_the_numpy_that_triton_needs(served: dict[str, Any]) -> None:
    assert served["numpy"].startswith("1.")
