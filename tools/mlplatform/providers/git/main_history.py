"""The first-parent history of main: each commit with its tree, its parents and the paths that it changed."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from mlplatform.core.change_base import FileAction
from mlplatform.providers.git.git import Git

_TRAILER = "%(trailers:key={},valueonly,separator=%x20)"
_FORMAT = f"%x01%H %T %ct %P%x02{_TRAILER.format('Ticket')}%x02{_TRAILER.format('Reason')}%x02%s"
_NONE = "0" * 40
_SECOND = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True, slots=True)
class MainCommit:
    """A commit of main's first-parent history; `paths` are those that differ from its first parent.

    `committed` (UTC), `title`, `ticket` and `reason` (trailers) are what whoever made the commit says.
    """

    commit: str
    tree: str
    parents: tuple[str, ...]
    committed: datetime
    title: str
    ticket: str
    reason: str
    paths: Mapping[str, FileAction]


@dataclass(frozen=True, slots=True)
class Between:
    """Limits a history to commits whose committer's date lies between two times (UTC), both included."""

    begins: datetime
    ends: datetime

    def options(self) -> tuple[str, str]:
        """Return the options of `git log`: a commit with an odd date ends nothing."""
        return (
            f"--since-as-filter={self.begins.strftime(_SECOND)}",
            f"--until={self.ends.strftime(_SECOND)}",
        )


def main_history(
    git: Git, tip: str, since: str | None = None, between: Between | None = None
) -> Iterator[MainCommit]:
    """Yield the commits of a tip's first-parent history, newest first; only those that `since` does not contain."""
    revs = [git.resolve(tip), *([f"^{git.resolve(since)}"] if since else [])]
    output = git.run(
        *("log", "--first-parent", "-m", "--root", "--raw", "-z", "--no-abbrev", "--no-renames"),
        *("--no-ext-diff", "--no-textconv", "--no-notes", "--encoding=UTF-8", f"--format={_FORMAT}"),
        *(between.options() if between else ()),
        *("--end-of-options", *revs),
    )
    header = b""
    paths: dict[str, FileAction] = {}
    tokens = iter(output.split(b"\0"))
    for token in tokens:  # a path may hold any byte, so only its place tells that it is one
        word = token.lstrip(b"\n")
        if word.startswith(b":"):
            _, _, old, new, _ = word.decode().split(" ")
            action: FileAction = "added" if old == _NONE else "removed" if new == _NONE else "changed"
            paths[os.fsdecode(next(tokens))] = action
        elif word:
            if header:
                yield _commit(header, paths)
            header, paths = word.removeprefix(b"\x01"), {}
    if header:
        yield _commit(header, paths)


def _commit(header: bytes, paths: Mapping[str, FileAction]) -> MainCommit:
    fields = header.split(b"\x02", 3)  # the title last: it alone may hold such a byte
    about, ticket, reason, title = (field.decode(errors="replace").strip() for field in fields)
    commit, tree, time, *parents = about.split(" ")
    moment = datetime.fromtimestamp(int(time), UTC)
    return MainCommit(commit, tree, tuple(parents), moment, title, ticket, reason, paths)


def committer_times(git: Git, tip: str) -> Mapping[str, datetime]:
    """Return when each commit of a tip's first-parent history was committed (UTC), as it says, newest first."""
    output = git.run(
        "log", "--first-parent", "--format=%H %ct", "--end-of-options", git.resolve(tip)
    ).decode()
    pairs = (line.split(" ") for line in output.splitlines())
    return {commit: datetime.fromtimestamp(int(time), UTC) for commit, time in pairs}


def committed_at(git: Git, commit: str) -> datetime:
    """Return when a commit was committed (UTC), as it says."""
    output = git.run("log", "-1", "--format=%ct", "--end-of-options", commit)
    return datetime.fromtimestamp(int(output), UTC)
