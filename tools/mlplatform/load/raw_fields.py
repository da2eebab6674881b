"""What a document names, of whatever shape it is: before anybody judged it, nothing is sure."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Data = Mapping[str, Any]
_DATA = re.compile(rb"sha256:[0-9a-f]+|[A-Za-z0-9]+://[A-Za-z0-9._=/-]+|examples/data/[a-z0-9./-]+")


def strings_at(*keys: str) -> Callable[[Data], Iterator[str]]:
    """A function that gives the texts at some keys of a document, alone or in a list."""

    def texts(data: Data) -> Iterator[str]:
        for key in keys:
            said = data.get(key)
            yield from (
                text for text in (said if isinstance(said, list) else [said]) if isinstance(text, str)
            )

    return texts


def find_references(text: bytes) -> Iterator[Data]:
    """Every digest and every place that bytes name, without reading them as YAML."""
    for found in _DATA.findall(text):
        word = found.decode()
        yield {"digest": word} if word.startswith("sha256:") else {"location": word}


def datasets_of(model: Data) -> Iterator[str]:
    """The data sets that a model reads: those it is trained on, and the one that it is validated with."""
    yield from strings_at("datasets")(_inside(model, "data"))
    yield from strings_at("dataset")(_inside(model, "validation"))


def script_of(model: Data) -> Iterator[str]:
    """The script that trains a model."""
    return strings_at("script")(_inside(model, "training"))


def _inside(data: Data, key: str) -> Data:
    said = data.get(key)
    return said if isinstance(said, Mapping) else {}
