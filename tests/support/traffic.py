"""Requests that never stop while something else happens, and what became of each."""

import http.client
import threading
from collections import Counter
from types import TracebackType
from urllib.parse import urlsplit

from tests.support.waiting import DEADLINE_SECONDS


class Traffic:
    """Sends one body again and again from several threads; counts answers by version and keeps every failure.

    A failure is an answer other than 200 or a broken connection; nothing is tried again. `pause` (seconds, between
    two requests of a thread) leaves the machine to what else is measured.
    """

    def __init__(self, url: str, body: bytes, threads: int = 4, pause: float = 0.0) -> None:
        self.answers: Counter[str] = Counter()
        self.failures: list[str] = []
        self._place, self._body, self._pause = urlsplit(url), body, pause
        self._ended = threading.Event()
        self._counted = threading.Condition()
        self._threads = [threading.Thread(target=self._send, daemon=True) for _ in range(threads)]

    def __enter__(self) -> "Traffic":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def wait_for(self, version: str, answers: int, seconds: float = DEADLINE_SECONDS) -> None:
        """Return once this many more answers came from a version."""
        with self._counted:
            goal = self.answers[version] + answers
            if not self._counted.wait_for(lambda: self.answers[version] >= goal, seconds):
                raise TimeoutError(f"{self.answers} answers, {self.failures[:3]} while waiting for {version}")

    def _send(self) -> None:
        connection = http.client.HTTPConnection(
            str(self._place.hostname), self._place.port, timeout=DEADLINE_SECONDS
        )
        while not self._ended.wait(self._pause):
            try:
                connection.request("POST", self._place.path, self._body)
                response = connection.getresponse()
                body, version = response.read(), response.getheader("x-model-version", "none")
                self._count(version, "" if response.status == 200 else f"{response.status} {body!r}")
            except (OSError, http.client.HTTPException) as error:
                connection.close()
                self._count("none", repr(error))
        connection.close()

    def _count(self, version: str, failure: str) -> None:
        with self._counted:
            if failure:
                self.failures.append(failure)
            else:
                self.answers[version] += 1
            self._counted.notify_all()
