"""How a test waits: for a state, for as long as the busiest machine may take to come to it, and never for a time."""

import time
from collections.abc import Callable

DEADLINE_SECONDS = 240.0  # what takes longer will not come
_PAUSE = 0.02


def wait_until(condition: Callable[[], object], what: str = "the awaited state") -> None:
    """Return once the condition holds; AssertionError where it does not come to hold."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not come within {DEADLINE_SECONDS:g} s"
        time.sleep(_PAUSE)
