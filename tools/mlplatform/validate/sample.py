"""A held-out sample: rows of a CSV file as a model's inputs, and what is true of them.

No message here holds a value of the data: it may be about people.
"""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from mlplatform.core.errors import Refusal
from mlplatform.core.kinds import Model
from mlplatform.core.kinds.model import Tensor, TensorType, Validation
from mlplatform.core.validation import Answers, answers_of, columns_by_input
from mlplatform.providers.serving.interface import Array
from mlplatform.validate.tensor_codec import number, pack

_FIX = "correct the data set, or name other columns in validation"
_LARGEST_TARGET = 1e100  # the sum of squares of larger ones is no number

T = TypeVar("T")
Row = tuple[bytes, ...]  # one piece for each input


@dataclass(frozen=True, slots=True)
class Sample:
    """Rows, each with the bytes of every input, what is true of each row (a class or a number), and what answers."""

    inputs: tuple[tuple[Tensor, int], ...]  # each with its width
    rows: tuple[Row, ...]
    truth: tuple[float, ...]
    answers: Answers
    is_classification: bool
    classes: tuple[str, ...]

    def batch(self, first: int, count: int) -> tuple[Array, ...]:
        """The inputs for some rows."""
        rows = self.rows[first : first + count]
        return tuple(
            Array(
                tensor.name, tensor.type, _shape(tensor, width, len(rows)), b"".join(row[at] for row in rows)
            )
            for at, (tensor, width) in enumerate(self.inputs)
        )


def read_sample(data: bytes, path: str, model: Model, asked: Validation) -> Sample:
    """The first rows of a file, as the model's signature takes them; Refusal where they do not fit."""
    try:
        taken, answers = (
            columns_by_input(model.signature, asked.inputs),
            answers_of(model.signature, asked.task),
        )
    except ValueError as why:
        raise Refusal(
            f"the sample does not fit the signature: {why}", fix="correct validation in the model"
        ) from None
    rows: list[Row] = []
    truth: list[float] = []
    read = _truth(asked)
    for line, row in _rows(data, path, asked):
        rows.append(tuple(_piece(tensor, names, row, f"{path}:{line}:1") for tensor, names in taken))
        truth.append(_cell(read, asked.target, row, f"{path}:{line}:1"))
    if not rows:
        raise Refusal(f"{path} holds no row to validate with", fix="name a data set with rows in validation")
    inputs = tuple((tensor, len(names)) for tensor, names in taken)
    is_classification = asked.task == "classification"
    return Sample(inputs, tuple(rows), tuple(truth), answers, is_classification, tuple(asked.classes or ()))


def _rows(data: bytes, path: str, asked: Validation) -> Iterator[tuple[int, dict[str, str]]]:
    """At most `rows` rows, each with its line and the columns that are asked for."""
    lines = _lines(data, path)
    _, header = next(lines, (1, []))
    columns = {*asked.inputs, asked.target}
    if missing := sorted(columns - set(header)):
        raise Refusal(
            f"{path} has no column {missing[0]}", fix="correct validation in the model", where=f"{path}:1:1"
        )
    places = {name: header.index(name) for name in columns}
    count = 0
    for line, row in lines:
        if count == asked.rows:
            return
        if len(row) not in (0, len(header)):
            message = f"the row has {len(row)} cells and the header has {len(header)}"
            raise Refusal(message, fix=_FIX, where=f"{path}:{line}:1")
        if row:
            count += 1
            yield line, {name: row[place] for name, place in places.items()}


def _lines(data: bytes, path: str) -> Iterator[tuple[int, list[str]]]:
    """Each row with the line that it begins on."""
    reader = csv.reader(io.StringIO(_text(data, path), newline=""), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            yield line, next(reader)
        except StopIteration:
            return
        except csv.Error as error:  # it quotes nothing of the file
            raise Refusal(
                f"this row cannot be read as CSV ({error})", fix=_FIX, where=f"{path}:{line}:1"
            ) from None


def _text(data: bytes, path: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode("utf-8-sig").split("\n")
    where = f"{path}:{len(before)}:{len(before[-1]) + 1}"
    raise Refusal("the file is not UTF-8 here", fix="save it as UTF-8", where=where)


def _piece(tensor: Tensor, names: Sequence[str], row: dict[str, str], where: str) -> bytes:
    return b"".join(
        _cell(lambda text: pack(tensor.type, text), name, row, where, tensor.type) for name in names
    )


def _cell(
    read: Callable[[str], T], name: str, row: dict[str, str], where: str, type_: TensorType | None = None
) -> T:
    try:
        return read(row[name])
    except (ValueError, OverflowError):
        what = f"what the input takes ({type_})" if type_ else "a class or a number"
        raise Refusal(f"the column {name} does not hold {what} here", fix=_FIX, where=where) from None


def _truth(asked: Validation) -> Callable[[str], float]:
    if asked.classes is not None:
        return asked.classes.index
    return _class if asked.task == "classification" else _target


def _class(text: str) -> float:
    if not number(text).is_integer():
        raise ValueError("no whole number")
    return int(number(text))


def _target(text: str) -> float:
    value = number(text)
    if abs(value) > _LARGEST_TARGET:
        raise OverflowError("out of range")
    return value


def _shape(tensor: Tensor, width: int, rows: int) -> tuple[int, ...]:
    return (rows,) if len(tensor.shape) == 1 else (rows, width)
