"""Read single fields of documents that are not checked yet, so that any value may have any type."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Data = Mapping[str, Any]
_DATA = re.compile(rb"sha256:[0-9a-f]+|[A-Za-z0-9]+://[A-Za-z0-9._=/-]+|examples/data/[a-z0-9./-]+")


def strings_at(*keys: str) -> Callable[[Data], Iterator[str]]:
    """Return a function that yields the texts at some keys of a document, single ones and those in lists."""

    def texts(data: Data) -> Iterator[str]:
        for key in keys:
            value = data.get(key)
            yield from (
                text for text in (value if isinstance(value, list) else [value]) if isinstance(text, str)
            )

    return texts


def find_references(text: bytes) -> Iterator[Data]:
    """Yield every digest and every location in a text, without reading it as YAML."""
    for match in _DATA.findall(text):
        word = match.decode()
        yield {"digest": word} if word.startswith("sha256:") else {"location": word}
