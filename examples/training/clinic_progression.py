"""Trains clinic/progression, how far will diabetes progress in a year?: `clinic_progression.py 1.0.0 [1.1.0 …]`."""

import argparse
import tempfile
from typing import Any

from code_state import TAG, uncommitted
from csv_data import digest, read
from onnx_export import write_onnx
from sklearn.linear_model import Ridge
from sklearn.metrics import r2_score, root_mean_squared_error
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

DATASET = "clinic/progression"
VERSIONS: dict[str, dict[str, Any]] = {
    "1.0.0": {"alpha": 300},
    "1.1.0": {"alpha": 100},
    "1.2.0": {"alpha": 30},
}


def train(version: str) -> tuple[Pipeline, dict[str, float]]:
    """The fitted model and its metrics on the rows held out."""
    X, progression = read(DATASET, target="progression")
    y = progression.astype(float)
    X, X_test, y, y_test = train_test_split(X, y, test_size=0.3, random_state=7)
    model = make_pipeline(StandardScaler(), Ridge(**VERSIONS[version])).fit(X, y)
    predicted = model.predict(X_test)
    r2, rmse = r2_score(y_test, predicted), root_mean_squared_error(y_test, predicted)
    return model, {"r2": round(r2, 4), "rmse": round(rmse, 4)}


def track(version: str) -> str:
    """Trains in an MLflow run and returns the run's id; the lines with `mlflow` are all that tracking asks for."""
    import mlflow

    mlflow.set_experiment("clinic/progression")
    with mlflow.start_run(run_name=version) as run, tempfile.TemporaryDirectory() as folder:
        mlflow.set_tag(TAG, uncommitted())
        model, metrics = train(version)
        mlflow.log_params(VERSIONS[version])
        mlflow.log_metrics(metrics)
        mlflow.set_tag(f"data.{DATASET}", digest(DATASET))
        mlflow.log_artifact(write_onnx(model, folder), artifact_path="model")
    return str(run.info.run_id)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("versions", nargs="+", choices=VERSIONS)
    for version in parser.parse_args().versions:
        print(track(version))
