"""What a document names, of whatever shape it is: before anybody judged it, nothing is sure."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

Data = Mapping[str, Any]


def texts_at(*keys: str) -> Callable[[Data], Iterator[str]]:
    """A function that gives the texts at some keys of a document, alone or in a list."""

    def texts(data: Data) -> Iterator[str]:
        for key in keys:
            said = data.get(key)
            yield from (
                text for text in (said if isinstance(said, list) else [said]) if isinstance(text, str)
            )

    return texts


def datasets_of(model: Data) -> Iterator[str]:
    """The data sets that a model reads: those it is trained on, and the one that it is validated with."""
    yield from texts_at("datasets")(_inside(model, "data"))
    yield from texts_at("dataset")(_inside(model, "validation"))


def script_of(model: Data) -> Iterator[str]:
    """The script that trains a model."""
    return texts_at("script")(_inside(model, "training"))


def _inside(data: Data, key: str) -> Data:
    said = data.get(key)
    return said if isinstance(said, Mapping) else {}
