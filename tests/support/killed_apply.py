"""Applies in child processes that end themselves, by SIGKILL, at a named point.

A point that is empty ends none, and one that begins with `revert ` has changes by hand put back instead. The answer is
the child's exit status (-9: killed) and the points that it passed.
"""

import os
import signal
import tempfile
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from mlplatform.core.naming import Kind
from mlplatform.core.target import LocalTarget
from mlplatform.flow import workspace as places
from mlplatform.flow.check.run_check import load_repository
from mlplatform.flow.drift.drift import revert_drift
from mlplatform.flow.progress import SILENT
from mlplatform.flow.reconcile import execute
from mlplatform.flow.reconcile.reconcile import reconcile
from mlplatform.flow.workspace import Workspace
from mlplatform.providers.lease.remote import remote_lease
from mlplatform.providers.registry import connect_registry
from mlplatform.record.ledger import Ledger
from mlplatform.record.outbox import Journal
from tests.support.forking import serve
from tests.support.laboratory import environments
from tests.support.values import document

REVERT = "revert "
LEASE_SECONDS = 1.0  # of a shared target: whoever comes after a killed run waits for so long


class Points:
    """The points that a run passes, each written down at once, and the one at which it ends."""

    def __init__(self, end_at: str, passed: int) -> None:
        self.end_at, self.passed = end_at, passed
        self.counts: dict[str, int] = {}

    def __call__(self, name: str) -> None:
        self.counts[name] = self.counts.get(name, 0) + 1
        point = f"{name}#{self.counts[name]}"
        os.write(self.passed, f"{point}\n".encode())
        if point == self.end_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def called(*args: Any, **keywords: Any) -> Any:
            self(f"before {name}")
            answer = function(*args, **keywords)
            self(f"after {name}")
            return answer

        return called


class Watched:
    """A provider whose calls are points."""

    def __init__(self, provider: Any, name: str, points: Points) -> None:
        self._provider, self._name, self._points = provider, name, points

    def __getattr__(self, method: str) -> Any:
        found = getattr(self._provider, method)
        if method in ("add", "repair", "set_aliases", "ensure", "probe", "route", "retire"):
            return self._points.around(f"{self._name}.{method}", found)
        return found


def watch(points: Points) -> None:
    """Make points of what a reconcile does to registry, server, journal, ledger and file names."""
    for name in ("registry", "serving"):
        connect = getattr(execute, f"connect_{name}")
        wrapped = lambda *args, connect=connect, name=name: Watched(connect(*args), name, points)  # noqa: E731
        setattr(execute, f"connect_{name}", wrapped)
    places.remote_lease = partial(remote_lease, life_seconds=LEASE_SECONDS)  # type: ignore[attr-defined]
    Journal.record_outcome = points.around("journal.heard", Journal.record_outcome)  # type: ignore[method-assign]
    Ledger.append = points.around("ledger.append", Ledger.append)  # type: ignore[method-assign]
    os.rename = points.around("rename", os.rename)
    os.replace = points.around("replace", os.replace)


def run(root: str, environment: str, point: str) -> dict[str, Any]:
    prepare(Path(root), environment)
    reading, passed = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        points = Points(point.removeprefix(REVERT), passed)
        os._exit(_apply(Path(root), environment, points, revert=point.startswith(REVERT)))
    os.close(passed)
    with os.fdopen(reading) as said:
        names = said.read().split("\n")[:-1]
    _, status = os.waitpid(child, 0)
    return {"status": os.waitstatus_to_exitcode(status), "points": names}


def _apply(root: Path, environment: str, points: Points, *, revert: bool) -> int:
    """The exit code of the apply; whatever it raises, the child never returns to its parent's loop."""
    try:
        watch(points)
        place = Workspace.discover(root)
        work = revert_drift if revert else reconcile
        done = work(place, load_repository(place.git, "HEAD"), environment, SILENT)
        return 0 if done.is_done else 1
    except BaseException:
        traceback.print_exc()
        return 3


_is_prepared: list[bool] = []


def prepare(root: Path, environment: str) -> None:
    """What every run would do first, once for all: judge the policies, and let MLflow find out about its tables.

    The registry is one of nobody's, so that no child has a connection to its own before it opens one.
    """
    if _is_prepared:
        return
    _is_prepared.append(True)
    load_repository(Workspace.discover(root).git, "HEAD")
    settings = document(Kind.ENVIRONMENT, environment, environments()[environment]).body
    with tempfile.TemporaryDirectory() as folder:
        registry = connect_registry(settings, LocalTarget(Path(folder)).environment(environment))
        registry.prepare()
        registry.read()


if __name__ == "__main__":
    serve(run)
