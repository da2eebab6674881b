"""What git said, kept for whoever asks the same again, in a repository that only ever gets more objects."""

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from mlplatform.providers.git import git

_QUESTIONS = frozenset({"cat-file", "diff-tree", "log", "ls-tree", "merge-base", "rev-parse"})
_NOT_THERE = b" missing\n"  # it may come
Said = subprocess.CompletedProcess[bytes]


class Remembering:
    """Stands in for the module `subprocess` where git is asked: what was answered without a fault is kept."""

    def __init__(self) -> None:
        self._said: dict[tuple[tuple[str, ...], bytes], Said] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(subprocess, name)

    def run(self, command: list[str], *, input: bytes, env: Mapping[str, str], **how: Any) -> Said:
        key = (*command,), input
        if key in self._said:
            return self._said[key]
        said: Said = subprocess.run(command, input=input, env=env, **how)
        if not said.returncode and _NOT_THERE not in said.stdout and not _QUESTIONS.isdisjoint(command):
            self._said[key] = said
        return said


@contextmanager
def remembered_git() -> Iterator[None]:
    """Lets git be asked once for the same: its branches and settings must stay as they are meanwhile."""
    before = vars(git)["subprocess"]
    vars(git)["subprocess"] = Remembering()
    try:
        yield
    finally:
        vars(git)["subprocess"] = before
