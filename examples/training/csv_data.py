"""The example tenants' data sets: what a training script reads, and the digest that says which bytes it read."""

import csv
import hashlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

DATA = Path(__file__).resolve().parents[1] / "data"
IDENTIFIERS = {"patient_id"}  # they name a person and predict nothing: no model may learn from them


def read(dataset: str, target: str) -> tuple[NDArray[np.float64], NDArray[np.str_]]:
    """The features (one row each, identifiers left out) and the target column as text."""
    header, *rows = csv.reader((DATA / f"{dataset}.csv").read_text().splitlines())
    features = [at for at, name in enumerate(header) if name != target and name not in IDENTIFIERS]
    X = np.array([[float(row[at]) for at in features] for row in rows])
    return X, np.array([row[header.index(target)] for row in rows])


def digest(dataset: str) -> str:
    """`sha256:…` of the CSV file's bytes, as the data set's document pins it."""
    return "sha256:" + hashlib.sha256((DATA / f"{dataset}.csv").read_bytes()).hexdigest()
