"""The example tenants' CSV files are what their maker writes, small, and hold no real person."""

import csv
import subprocess
import sys
from pathlib import Path

import pytest

DATA = Path(__file__).parents[2] / "examples/data"
DATASETS = ["clinic/biopsies", "clinic/progression", "postal/digits"]


def test_the_files_are_what_make_py_writes_byte_for_byte(tmp_path: Path) -> None:
    subprocess.run([sys.executable, str(DATA / "make.py"), str(tmp_path)], check=True, timeout=120)
    written = {str(path.relative_to(tmp_path)): path.read_bytes() for path in tmp_path.rglob("*.csv")}
    assert sorted(written) == [f"{dataset}.csv" for dataset in DATASETS]
    committed = {str(path.relative_to(DATA)): path.read_bytes() for path in DATA.rglob("*.csv")}
    assert written == committed


@pytest.mark.parametrize(
    ("dataset", "rows", "columns", "target"),
    [
        ("clinic/biopsies", 569, 32, "diagnosis"),
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
