"""A laboratory in a known state: taken once it is set up, and put back before each test, whatever the last one did."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Protocol, TypeVar

import pytest

from mlplatform.core.target import LocalTarget
from mlplatform.local.stack import start_all, started_environments, state, stop_all
from tests.support.mirror import mirror
from tests.support.mlflow_server import LOG
from tests.support.outcome import has_failed
from tests.support.served import Served
from tests.support.stack import end_servers

# What belongs to servers that run, or is held open while they do; and git's objects, which we remember for ever.
_LEFT = {"backends", "lock", "logs", "ports.json", "processes", "routes.json", "routes.lock", LOG}
_OBJECTS = (".git", "objects"), ("remote", "objects")
_OURS = ".platform"


class Rooted(Protocol):
    """What has a repository and the servers of its target."""

    @property
    def root(self) -> Path: ...


T = TypeVar("T", bound=Rooted)


@dataclass(frozen=True, slots=True)
class KnownState:
    """Folders, by where the copy of each lies, and what the servers of each environment served."""

    target: LocalTarget
    folders: Mapping[Path, Path]
    served: Sequence[Served]

    @staticmethod
    def of(root: Path, copies: Path, more: Sequence[Path] = ()) -> "KnownState":
        """The state in which a repository, its servers and more folders are now."""
        target = LocalTarget(root)
        folders = {copies / str(number): folder for number, folder in enumerate((root, *more))}
        for copy, folder in folders.items():
            copy.mkdir(parents=True)
            mirror(folder, copy, _is_left)
        return KnownState(target, folders, [Served.by(target.environment(name)) for name in _running(target)])

    def put_back(self, *, afresh: bool) -> None:
        """Have everything as it was; `afresh`: by servers that are started anew."""
        mine = [served.paths.folder.name for served in self.served]
        stop_all(self.target, [name for name in _running(self.target) if name not in mine])
        if afresh:
            end_servers(self.target)
        for served in self.served:
            served.unload_others()
        changed = {
            folder / path for copy, folder in self.folders.items() for path in mirror(copy, folder, _is_left)
        }
        for served in self.served:
            served.write_lost_routes()
        start_all(self.target, mine)
        for served in self.served:
            served.load_again(changed)
            served.route_again()


@dataclass(slots=True)
class Template(Generic[T]):
    """A laboratory, or whatever has a repository, whose state is known: it is lent to one test after the other."""

    what: T
    state: KnownState
    _is_spoiled: bool = False

    @staticmethod
    def of(what: T, *more: Path) -> "Template[T]":
        """What lies in a repository, and in folders that belong to it, in the state in which it is now."""
        root = what.root
        return Template(what, KnownState.of(root, root.with_name(f"{root.name}-template"), more))

    @contextmanager
    def lend_to(self, node: pytest.Item) -> Iterator[T]:
        """It, in its known state; by servers that are started anew where the test before failed."""
        afresh, self._is_spoiled = self._is_spoiled, True
        self.state.put_back(afresh=afresh)
        yield self.what
        self._is_spoiled = has_failed(node)


def _running(target: LocalTarget) -> list[str]:
    return [name for name in started_environments(target) if state(target.environment(name))]


def _is_left(path: Path) -> bool:
    is_a_servers = path.name in _LEFT and (path.parts[0] == _OURS or len(path.parts) == 1)
    return is_a_servers or path.parts[-2:] in _OBJECTS
