"""Work for all cores of the machine: a copy of this process does each part, and says what it found in plain values."""

import marshal
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar, cast

T = TypeVar("T")
R = TypeVar("R")
_WORTH_IT = 500  # items for each process: with fewer, making it takes longer than it saves
_MOST = 8


def split(items: Sequence[T], key: Callable[[T], int]) -> list[list[T]]:
    """The items in one part for each process that is worth it; those with the same key lie in the same part."""
    count = max(1, min(_cores(), _MOST, len(items) // _WORTH_IT))
    parts: list[list[T]] = [[] for _ in range(count)]
    for item in items:
        parts[key(item) % count].append(item)
    return parts


def share(work: Callable[[Sequence[T]], R], parts: Sequence[Sequence[T]]) -> list[R | None]:
    """Return the work's result for each part, as plain values; None for a part whose process was lost.

    The first part is done here. Whoever shares work out does himself what came back as None.
    """
    mine, *others = parts
    with ExitStack() as stack:
        answers = [stack.enter_context(_process(work, part)) for part in others]
        done = work(mine)
        return [done, *(answer() for answer in answers)]


@contextmanager
def _process(work: Callable[[Sequence[T]], R], part: Sequence[T]) -> Iterator[Callable[[], R | None]]:
    """A copy of this process at work on a part, and how to wait for its answer; it ends here at the latest."""
    reading, writing = os.pipe()
    with open(reading, "rb") as pipe:  # noqa: PTH123 (a descriptor)
        try:
            pid = os.fork()
        except OSError:  # no memory for it, or too many processes
            os.close(writing)
            yield lambda: None
            return
        if pid == 0:
            _answer(work, part, writing)
        os.close(writing)
        try:
            yield lambda: _value(pipe.read())
        finally:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)  # it has answered, or nobody waits for its answer any more
            os.waitpid(pid, 0)


def _value(data: bytes) -> Any:
    """Return a process's result, or None when it did not come to the end: half a value is none."""
    try:
        return marshal.loads(data)  # noqa: S302 (a copy of ourselves wrote it)
    except (EOFError, ValueError, TypeError):
        return None


def _answer(work: Callable[[Sequence[T]], R], part: Sequence[T], writing: int) -> None:
    """Says what the work makes of a part, and ends this process: nothing else of ours may run in it."""
    status = 1
    try:
        with open(writing, "wb") as pipe:
            pipe.write(marshal.dumps(cast("Any", work(part))))
        status = 0
    finally:
        os._exit(status)


def _cores() -> int:
    """How many cores we may use; one where a process cannot be copied, as others of its threads may hold locks."""
    if sys.platform != "linux" or len(list(Path("/proc/self/task").iterdir())) > 1:
        return 1
    return len(os.sched_getaffinity(0))
