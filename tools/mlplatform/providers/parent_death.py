"""Processes that are killed with the process that started them, which cannot do it itself when it is killed."""

import ctypes
import signal
import sys
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1


def kill_with_parent() -> Callable[[], object]:
    """Return what a child calls first to be killed when its parent dies; elsewhere than on Linux it does nothing.

    The library is loaded here, in the parent: a child of a process with threads may hardly do a thing.
    """
    if sys.platform != "linux":
        return lambda: None
    prctl = ctypes.CDLL(None).prctl
    return lambda: prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
