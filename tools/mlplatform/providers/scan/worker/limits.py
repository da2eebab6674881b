"""Bounds of what a few lines can ask of Checkov: copies of a block, calls of modules, time and memory."""

import posixpath
import signal
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

SECONDS = 60  # of the processor, for one framework
COPIES = 100  # of a block, by its count or for_each
COPIES_IN_ALL = 1000
CALLS = 200  # of modules, by one folder and what it calls
TOO_MANY = f"Checkov judges at most {COPIES} of each"

Key = tuple[str, str, str, str]


class TooLong(BaseException):
    """No Exception, as Checkov swallows those."""


@contextmanager
def bounded(root: Path, broken: MutableMapping[str, str], what: str) -> Iterator[None]:
    """A part of the scan; when it takes too much, every file of its folder was not judged."""
    before = signal.signal(signal.SIGPROF, _stop)
    signal.setitimer(signal.ITIMER_PROF, SECONDS, 1)
    try:
        yield
    except (TooLong, MemoryError, RecursionError) as why:
        signal.setitimer(signal.ITIMER_PROF, 0)
        took = f"did not end within {SECONDS} s" if isinstance(why, TooLong) else "ran out of memory"
        for path in sorted(root.rglob("*")):
            if path.is_file():
                message = (
                    f"Checkov {took} judging {what}, of which this is one file: something in them grows "
                    "without end"
                )
                broken.setdefault(str(path.relative_to(root)), message)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise TooLong


def copy_few(root: Path, broken: MutableMapping[str, str]) -> None:
    """Make Checkov copy a block, for its count or for_each, only so often; more is a file that is not judged."""
    from checkov.terraform.graph_builder.foreach.foreach_entity_handler import ForeachEntityHandler
    from checkov.terraform.graph_builder.foreach.module_handler import ForeachModuleHandler

    left = [COPIES_IN_ALL]
    for handler in (ForeachEntityHandler, ForeachModuleHandler):
        for name, is_count in (
            ("_create_new_resources_count", True),
            ("_create_new_resources_foreach", False),
        ):
            original = handler.__dict__.get(name) or getattr(handler, name)
            setattr(handler, name, _few(original, is_count, left, root, broken))


def _few(original: Any, is_count: bool, left: list[int], root: Path, broken: MutableMapping[str, str]) -> Any:
    def create(self: Any, statement: Any, block: int) -> None:
        copies = statement if is_count and isinstance(statement, int) else len(statement)
        if copies > min(COPIES, left[0]):
            path = str(self.local_graph.vertices[block].path).removeprefix(f"{root}/")
            broken.setdefault(
                path, f"a count or for_each makes {copies} copies: {TOO_MANY}, {COPIES_IN_ALL} in all"
            )
            return
        left[0] -= copies
        original(self, statement, block)

    create.is_bounded = True  # type: ignore[attr-defined]
    return create


def endless_calls(declared: Mapping[Key, Mapping[str, Any]]) -> dict[str, str]:
    """The files whose calls of modules go round, or make too many together, and why Checkov must not see them."""
    calls: dict[str, list[tuple[str, str]]] = {}
    for (path, kind, _, _), body in declared.items():
        for source in body.get("source", ()) if kind == "module" else ():
            folder = posixpath.dirname(path)
            called = posixpath.normpath(posixpath.join(folder, str(source)))
            calls.setdefault(folder, []).append((path, called))
    messages: dict[str, str] = {}
    sizes: dict[str, int] = {}
    for folder in sorted(calls):
        _measure(folder, calls, sizes, messages, ())
    return messages


def _measure(
    folder: str,
    calls: Mapping[str, list[tuple[str, str]]],
    sizes: dict[str, int],
    messages: dict[str, str],
    above: tuple[str, ...],
) -> int:
    """How many calls a folder makes, those of what it calls too."""
    if folder in sizes:
        return sizes[folder]
    total = 0
    for path, called in calls.get(folder, ()):
        if called in (*above, folder):
            messages[path] = "modules that call each other without end"
            continue
        total += 1 + _measure(called, calls, sizes, messages, (*above, folder))
        if total > CALLS or len(above) > 20:
            messages[path] = f"more than {CALLS} calls of modules, with those that these make"
            total = 0
            break
    sizes[folder] = total
    return total
