"""The same rows are recognized in another file, whatever they look like there."""

from random import Random

import pytest

from mlplatform.core.row_sketch import RowSketch, overlaps, share_in
from mlplatform.load.row_sketch import KEPT_ROWS, row_sketch

HEADER = ["patient", "radius", "outcome"]
ROWS = [
    [f"pt-{number:05d}", f"{17 + number / 8}", "benign" if number % 3 else "malignant"]
    for number in range(60)
]


def table(
    rows: list[list[str]], header: list[str] = HEADER, *, delimiter: str = ",", end: str = "\n"
) -> bytes:
    return "".join(delimiter.join(row) + end for row in [header, *rows]).encode()


def shuffled(rows: list[list[str]]) -> list[list[str]]:
    return Random(7).sample(rows, len(rows))


ORIGINAL = table(ROWS)
FACES = {
    "line ends": table(ROWS, end="\r\n"),
    "no final newline": ORIGINAL.rstrip(b"\n"),
    "byte order mark": b"\xef\xbb\xbf" + ORIGINAL,
    "a row less": table(ROWS[:-1]),
    "another order": table(shuffled(ROWS)),
    "other columns first": table([row[::-1] for row in ROWS], HEADER[::-1]),
    "semicolons": table(ROWS, delimiter=";"),
    "tabs": table(ROWS, delimiter=" \t "),
    "other names": table(ROWS, ["a", "b", "c"]),
    "quotes": table([[f'"{cell}"' for cell in row] for row in ROWS]),
    "capitals": table([[cell.upper() for cell in row] for row in ROWS]),
    "noughts": table([[row[0], f"{float(row[1]):.6f}", row[2]] for row in ROWS]),
    "written twice": table(ROWS + ROWS),
    "all at once": table([row[::-1] for row in shuffled(ROWS)[1:]], HEADER[::-1], delimiter="|", end="\r\n"),
}


@pytest.mark.parametrize("face", FACES)
def test_the_same_rows_are_the_same_data_under_another_face(face: str) -> None:
    alike = overlaps({"original": row_sketch(ORIGINAL), "copy": row_sketch(FACES[face])})
    assert alike == {"original": {"copy": 100}, "copy": {"original": 100}}


def test_decimal_commas_are_points() -> None:
    there = table([[row[0], row[1].replace(".", ","), row[2]] for row in ROWS], delimiter=";")
    assert overlaps({"here": row_sketch(ORIGINAL), "there": row_sketch(there)})["here"]["there"] > 80


def test_rows_diluted_with_others_are_found_by_the_smaller_table() -> None:
    others = [[f"qx-{number:05d}", f"{number}.25", "benign"] for number in range(600)]
    assert overlaps({"a": row_sketch(ORIGINAL), "b": row_sketch(table(others + ROWS))})["a"] == {"b": 100}
    assert overlaps({"a": row_sketch(ORIGINAL), "b": row_sketch(table(others[:60] + ROWS[:20]))})["a"] == {
        "b": 33
    }


def test_other_rows_are_other_data() -> None:
    others = [[f"qx-{number:05d}", f"{17 + number / 8}", "benign"] for number in range(60)]
    few = others[:50] + ROWS[:3]
    assert overlaps(
        {"a": row_sketch(ORIGINAL), "b": row_sketch(table(others)), "c": row_sketch(table(few))}
    ) == {
        "b": {"c": 94},
        "c": {"b": 94},
    }


def test_short_rows_and_those_that_both_repeat_say_nothing() -> None:
    short = b"day,mood\n" + b"".join(b"%d,calm\n" % number for number in range(90))
    assert overlaps({"a": row_sketch(short), "b": row_sketch(short)}) == {}
    poll = b"answer,reason\n" + b"yes,because of the weather\nno,because of the weather\n" * 40
    assert overlaps({"a": row_sketch(poll), "b": row_sketch(poll)}) == {}


def test_a_large_table_is_known_by_a_sample_of_its_rows() -> None:
    rows = [[f"pt-{number:06d}", f"{number / 7:.3f}", "benign"] for number in range(6 * KEPT_ROWS)]
    large, part = row_sketch(table(rows)), row_sketch(table(rows[::3]))
    assert len(large.counts) <= 2 * KEPT_ROWS
    assert share_in(part, large)[0] == 1.0
    assert 0.28 < share_in(large, part)[0] < 0.39
    assert overlaps({"large": large}, {"part": part}) == {"large": {"part": 100}}


def test_a_table_of_nothing_shares_nothing() -> None:
    assert share_in(RowSketch({}), row_sketch(ORIGINAL)) == (0.0, 0)
    assert row_sketch(b"").counts == {}
