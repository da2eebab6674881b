"""Waiting for a condition with a deadline."""

import time
from collections.abc import Callable

SECONDS = 3.0  # how long a provider's call itself waits before it answers Pending
_PAUSE = 0.02


def until(condition: Callable[[], bool], seconds: float | None = None) -> bool:
    """True when the condition came true in time (by default SECONDS); it is tested at least once."""
    deadline = time.monotonic() + (SECONDS if seconds is None else seconds)
    while not condition():
        if time.monotonic() >= deadline:
            return False
        time.sleep(_PAUSE)
    return True
