"""Program, not a test: trains every version of every example model and writes it to the folder named first.

For `<model>-<version>` it leaves `.onnx`, and `.npz` with the rows held out and what scikit-learn answers for
them. It prints JSON: digests and metrics by model and version, and the kernel that OpenBLAS chose.
"""

import hashlib
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import clinic_progression
import clinic_tumour
import joblib  # type: ignore[import-untyped]
import numpy as np
import postal_digits
import threadpoolctl  # type: ignore[import-untyped]
from csv_data import read
from onnx_export import to_onnx
from sklearn.base import is_classifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler
from sklearn.tree import DecisionTreeRegressor

TARGETS: dict[ModuleType, str] = {
    clinic_progression: "progression",
    clinic_tumour: "diagnosis",
    postal_digits: "label",
}


def answers(model: Any, rows: Any) -> dict[str, Any]:
    """What scikit-learn says about the rows, by the names that the exported outputs have."""
    if is_classifier(model):
        return {"label": model.predict(rows), "probabilities": model.predict_proba(rows)}
    return {"prediction": model.predict(rows).reshape(-1, 1)}


def of_two_operator_sets() -> Any:
    """A model whose operator sets skl2onnx writes in an order that hangs on the hash seed (the examples need one)."""
    return make_pipeline(MinMaxScaler(), DecisionTreeRegressor()).fit([[0.0], [1.0]], [0.0, 1.0])


def main(folder: Path, jobs: int) -> None:
    digests = {"of two operator sets": hashlib.sha256(to_onnx(of_two_operator_sets())).hexdigest()}
    metrics = {}
    for script, target in TARGETS.items():
        rows = read(script.DATASET, target)[0].astype(np.float32)
        for version in script.VERSIONS:
            name = f"{script.__name__}-{version}"
            with joblib.parallel_config(backend="threading", n_jobs=jobs):
                model, metrics[name] = script.train(version)
            exported = to_onnx(model)
            digests[name] = hashlib.sha256(exported).hexdigest()
            (folder / f"{name}.onnx").write_bytes(exported)
            np.savez(folder / f"{name}.npz", X=rows, **answers(model, rows))
    kernels = sorted(
        {pool["architecture"] for pool in threadpoolctl.threadpool_info() if "architecture" in pool}
    )
    print(json.dumps({"digests": digests, "metrics": metrics, "kernels": kernels}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), jobs=int(sys.argv[2]))
