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
