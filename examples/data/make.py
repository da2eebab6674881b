"""Writes the example tenants' CSV files from scikit-learn's data sets: `python examples/data/make.py [FOLDER]`.

The same bytes on every run; only the patients' pseudonyms are made up.
"""

import hashlib
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

Row = list[str]


def pseudonym(study: str, index: int) -> str:
    """The made-up name of one patient in one study; letters only, so that it resembles no phone number."""
    digest = hashlib.sha256(f"{study}/{index}".encode()).hexdigest()[:10]
    return "pt-" + digest.translate(str.maketrans("0123456789abcdef", "bcdfghjklmnpqrst"))


def number(value: float) -> str:
    """The shortest text that reads back as the same float64, without a needless `.0`."""
    return repr(float(value)).removesuffix(".0")


def biopsies() -> Iterator[Row]:
    from sklearn.datasets import load_breast_cancer

    bunch = load_breast_cancer()
    yield ["patient_id", *(name.replace(" ", "_") for name in bunch.feature_names), "diagnosis"]
    for index, (features, target) in enumerate(zip(bunch.data, bunch.target, strict=True)):
        diagnosis = str(bunch.target_names[target])
        yield [pseudonym("biopsies", index), *map(number, features), diagnosis]


def progression() -> Iterator[Row]:
    from sklearn.datasets import load_diabetes

    bunch = load_diabetes(scaled=False)  # the values as measured: a caller should not have to scale them
    # scikit-learn's s1 … s6 by the names that its documentation gives them
    blood = ["cholesterol", "ldl", "hdl", "cholesterol_ratio", "log_triglycerides", "glucose"]
    yield ["patient_id", "age", "sex", "bmi", "blood_pressure", *blood, "progression"]
    for index, (features, target) in enumerate(zip(bunch.data, bunch.target, strict=True)):
        yield [pseudonym("progression", index), *map(number, features), number(target)]


def digits() -> Iterator[Row]:
    from sklearn.datasets import load_digits

    bunch = load_digits()
    yield [*bunch.feature_names, "label"]
    for features, target in zip(bunch.data, bunch.target, strict=True):
        yield [*map(number, features), number(target)]


def held_out(rows: Callable[[], Iterable[Row]], *, stratified: bool) -> Iterator[Row]:
    """The header and the rows that the training scripts hold out, by the very split that they make."""
    from sklearn.model_selection import train_test_split

    header, *body = rows()
    classes = [row[-1] for row in body] if stratified else None
    _, places = train_test_split(range(len(body)), test_size=0.3, random_state=7, stratify=classes)
    yield from (header, *(body[place] for place in sorted(places)))


DATASETS: dict[str, Callable[[], Iterable[Row]]] = {
    "clinic/biopsies": biopsies,
    "clinic/biopsies-held-out": lambda: held_out(biopsies, stratified=True),
    "clinic/progression": progression,
    "clinic/progression-held-out": lambda: held_out(progression, stratified=False),
    "postal/digits": digits,
    "postal/digits-held-out": lambda: held_out(digits, stratified=True),
}


def write(folder: Path) -> None:
    """Writes every data set to `folder`/<tenant>/<dataset>.csv."""
    for name, rows in DATASETS.items():
        path = folder / f"{name}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes("".join(",".join(row) + "\n" for row in rows()).encode())


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
