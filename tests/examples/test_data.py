"""The example tenants' CSV files are what their maker writes, small, and hold no real person."""

import csv
import importlib
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

DATA = Path(__file__).parents[2] / "examples/data"
WHOLE = ["clinic/biopsies", "clinic/progression", "postal/digits"]
DATASETS = [*WHOLE, *(f"{dataset}-held-out" for dataset in WHOLE)]
TRAINED_BY = {
    "clinic/biopsies": "clinic_tumour",
    "clinic/progression": "clinic_progression",
    "postal/digits": "postal_digits",
}


def test_the_files_are_what_make_py_writes_byte_for_byte(tmp_path: Path) -> None:
    subprocess.run([sys.executable, str(DATA / "make.py"), str(tmp_path)], check=True)
    written = {str(path.relative_to(tmp_path)): path.read_bytes() for path in tmp_path.rglob("*.csv")}
    assert sorted(written) == sorted(f"{dataset}.csv" for dataset in DATASETS)
    committed = {str(path.relative_to(DATA)): path.read_bytes() for path in DATA.rglob("*.csv")}
    assert written == committed


@pytest.mark.parametrize(
    ("dataset", "rows", "columns", "target"),
    [
        ("clinic/biopsies", 569, 32, "diagnosis"),
        ("clinic/biopsies-held-out", 171, 32, "diagnosis"),
        ("clinic/progression-held-out", 133, 12, "progression"),
        ("postal/digits-held-out", 540, 65, "label"),
        ("clinic/progression", 442, 12, "progression"),
        ("postal/digits", 1797, 65, "label"),
    ],
)
def test_a_file_has_a_header_and_every_row(dataset: str, rows: int, columns: int, target: str) -> None:
    path = DATA / f"{dataset}.csv"
    header, *body = csv.reader(path.read_text().splitlines())
    assert (len(body), len(header), header[-1]) == (rows, columns, target)
    assert {len(row) for row in body} == {columns}
    assert path.stat().st_size < 400 * 1024


@pytest.mark.parametrize("dataset", ["clinic/biopsies", "clinic/progression"])
def test_every_patient_has_a_pseudonym_of_their_own(dataset: str) -> None:
    with (DATA / f"{dataset}.csv").open() as file:
        patients = [row["patient_id"] for row in csv.DictReader(file)]
    assert len(set(patients)) == len(patients)
    assert all(patient.startswith("pt-") and len(patient) == 13 for patient in patients)


@pytest.mark.parametrize("dataset", WHOLE)
def test_the_held_out_file_has_just_the_rows_that_no_script_trains_on(
    dataset: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asked of the script itself: what its model is fitted to, and what is left."""
    monkeypatch.syspath_prepend(str(DATA.parent / "training"))
    script = importlib.import_module(TRAINED_BY[dataset])
    split = script.train_test_split
    parts: list[Any] = []

    def noted(*arrays: Any, **options: Any) -> list[Any]:
        found: list[Any] = split(*arrays, **options)
        parts.extend(found[:2])
        return found

    monkeypatch.setattr(script, "train_test_split", noted)
    script.train("1.0.0")
    trained, left = parts
    held_out, _ = script.read(f"{dataset}-held-out", _target(dataset))
    assert sorted(map(tuple, held_out)) == sorted(map(tuple, left))
    whole, _ = script.read(dataset, _target(dataset))
    assert len(trained) + len(held_out) == len(whole)


def _target(dataset: str) -> str:
    return str((DATA / f"{dataset}.csv").read_text().split("\n", 1)[0].split(",")[-1])
