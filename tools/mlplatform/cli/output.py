"""Standard output and error that outlive their reader: a command does its work whether or not anybody reads on.

`platform apply | head`, a pager that is quit or a terminal that is closed must not stop an apply between two actions,
nor make `platform` report a fault of its own.
"""

import errno
import io
import os
import select
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_READER_LEFT = (errno.EPIPE, errno.EIO, errno.ECONNRESET)  # a pipe, a terminal and a socket


class LastingOutput(io.RawIOBase):
    """A file descriptor that takes everything; `failure` is the first error, after which nothing is written."""

    def __init__(self, descriptor: int) -> None:
        super().__init__()
        self._descriptor = descriptor
        self.failure: OSError | None = None

    def write(self, data: "ReadableBuffer", /) -> int:
        """Write all of it or lose it; a descriptor that does not block is waited for."""
        rest = memoryview(data).cast("B")
        size = len(rest)
        while rest and self.failure is None:
            try:
                rest = rest[os.write(self._descriptor, rest) :]
            except BlockingIOError:
                select.select([], [self._descriptor], [])
            except OSError as error:
                self.failure = error
        return size

    def fileno(self) -> int:
        return self._descriptor

    def isatty(self) -> bool:
        return os.isatty(self._descriptor)

    def writable(self) -> bool:
        return True


def outlive_readers() -> tuple[LastingOutput, ...]:
    """Make standard output and error lasting, and return them; those that a test or another program put there stay."""
    _open_what_is_closed()
    made = []
    for name, stream, descriptor in (("stdout", sys.stdout, 1), ("stderr", sys.stderr, 2)):
        if stream is None or (stream is getattr(sys, f"__{name}__") and stream.fileno() == descriptor):
            raw = LastingOutput(descriptor)
            setattr(sys, name, _text(raw, stream))
            made.append(raw)
    return tuple(made)


def lost_output(outputs: tuple[LastingOutput, ...]) -> str:
    """The reason why output was lost; empty when all was written, or when its reader chose to leave."""
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    failures = [output.failure for output in outputs if output.failure]
    return next((str(failure.strerror) for failure in failures if failure.errno not in _READER_LEFT), "")


def _text(raw: LastingOutput, stream: io.TextIOBase | None) -> io.TextIOWrapper:
    if stream is not None:
        stream.flush()
    encoding = getattr(stream, "encoding", None) or "utf-8"
    errors = getattr(stream, "errors", None) or "backslashreplace"
    return io.TextIOWrapper(io.BufferedWriter(raw), encoding, errors, line_buffering=True)


def _open_what_is_closed() -> None:
    """Have descriptors 0 to 2 open, so that no file that is opened later takes their number."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(descriptor)
