"""Logs the requests that a version failed: how each was answered, and nothing of what was in it."""

import logging
import time
from collections.abc import Callable

from mlgateway.messages import Reply

_log = logging.getLogger("mlgateway")
_APART = 1.0  # seconds between two lines about a model, so that an outage does not fill the disk


class FailedRequests:
    """Counts failures by model and logs them; those within a second of the last line are in the number of the next."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._logged: dict[str, float] = {}
        self._unsaid: dict[str, int] = {}

    def note(self, model: str, reply: Reply) -> None:
        """Log a reply of a model that says that the version or its server failed, not the client."""
        if reply.status < 500:
            return
        now, count = self._now(), self._unsaid.pop(model, 0) + 1
        if now - self._logged.get(model, -_APART) < _APART:
            self._unsaid[model] = count
            return
        self._logged[model] = now
        version = dict(reply.headers).get(b"x-model-version", b"").decode()
        times = f", {count} requests since the last such line" if count > 1 else ""
        _log.error("%s %s answered a request with %d%s", model, version, reply.status, times)
