"""Python's collector of reference cycles, off while a great many values are made that all stay."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def gc_paused() -> Iterator[None]:
    """Without the collector, which would look at every document again and again and find nothing to free."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.freeze()  # the two of them count what was made as old, without looking at it
            gc.unfreeze()
            gc.enable()
