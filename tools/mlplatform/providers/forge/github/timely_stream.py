"""The body of an answer, read in time and up to a size: a server that sends a byte now and then is no answer."""

from collections.abc import Iterator

import httpx

from mlplatform.providers.forge.github.deadline import Deadline
from mlplatform.providers.forge.interface import ForgeError

MAX_BYTES = 64 << 20


class TimelyStream(httpx.SyncByteStream):
    """A body that ends with the deadline, or earlier when it is too large."""

    def __init__(self, body: httpx.SyncByteStream, deadline: Deadline) -> None:
        self._body = body
        self._deadline = deadline

    def __iter__(self) -> Iterator[bytes]:
        size = 0
        for piece in self._body:
            self._deadline.left()
            size += len(piece)
            if size > MAX_BYTES:
                raise ForgeError("GitHub's answer is too large to be read", fix="run the command again")
            yield piece

    def close(self) -> None:
        """Close the connection, or give it back."""
        self._body.close()


def read_in_time(response: httpx.Response, deadline: Deadline) -> None:
    """Have the body of a response read in time."""
    if isinstance(response.stream, httpx.SyncByteStream):
        response.stream = TimelyStream(response.stream, deadline)
