"""Trains clinic/tumour, is a biopsy malignant (1) or benign (0)?: `clinic_tumour.py 1.0.0 [1.1.0 …]`."""

import argparse
import tempfile
from typing import Any

from code_state import TAG, uncommitted
from csv_data import digest, read
from onnx_export import write_onnx
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import accuracy_score, roc_auc_score
from sklearn.model_selection import train_test_split

DATASET = "clinic/biopsies"
VERSIONS: dict[str, dict[str, Any]] = {
    "1.0.0": {"n_estimators": 5, "max_depth": 2},
    "1.1.0": {"n_estimators": 10, "max_depth": 3},
    "1.2.0": {"n_estimators": 30, "max_depth": 4},
}


def train(version: str) -> tuple[RandomForestClassifier, dict[str, float]]:
    """The fitted model and its metrics on the rows held out."""
    X, diagnosis = read(DATASET, target="diagnosis")
    y = (diagnosis == "malignant").astype(int)
    X, X_test, y, y_test = train_test_split(X, y, test_size=0.3, random_state=7, stratify=y)
    model = RandomForestClassifier(**VERSIONS[version], random_state=7).fit(X, y)
    accuracy = accuracy_score(y_test, model.predict(X_test))
    auc = roc_auc_score(y_test, model.predict_proba(X_test)[:, 1])
    return model, {"accuracy": round(accuracy, 4), "auc": round(auc, 4)}


def track(version: str) -> str:
    """Trains in an MLflow run and returns the run's id; the lines with `mlflow` are all that tracking asks for."""
    import mlflow

    mlflow.set_experiment("clinic/tumour")
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
