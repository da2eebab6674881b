"""Sketch the rows of a CSV file, so that the same rows are recognized in another file whatever they look like there."""

import re
from hashlib import blake2b

from mlplatform.core.row_sketch import WHOLE, RowSketch

KEPT_ROWS = 4096
_SHORTEST_ROW = 12  # bytes: shorter rows are the same in many tables
_LAST_NOUGHTS = re.compile(rb"(\.\d*?)0+(?=[,;\t| \r\n]|$)")
_BLANKS = re.compile(rb" *([,;|\t]) *")
_SEPARATORS = bytes.maketrans(b";|\t.", b",,,,")  # the point too: other places write 1,5


def row_sketch(data: bytes) -> RowSketch:
    """Return the sketch of a file; its first line is the header and does not count."""
    text = data.removeprefix(b"\xef\xbb\xbf").lower().replace(b'"', b"")
    if b"." in text:
        text = _LAST_NOUGHTS.sub(rb"\1", text)
    if b" " in text:
        text = _BLANKS.sub(rb"\1", text)
    text = text.translate(_SEPARATORS)
    counts: dict[int, int] = {}
    limit = WHOLE
    for line in text.splitlines()[1:]:
        row = b",".join(sorted(filter(None, line.strip().split(b","))))
        if len(row) < _SHORTEST_ROW:
            continue
        key = int.from_bytes(blake2b(row, digest_size=8).digest())
        if key < limit:
            counts[key] = counts.get(key, 0) + 1
        if len(counts) > 2 * KEPT_ROWS:
            limit = sorted(counts)[KEPT_ROWS]
            counts = {row: count for row, count in counts.items() if row < limit}
    return RowSketch(counts, limit)
