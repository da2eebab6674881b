"""Reading and moving refs by compare-and-swap: somebody else's change is never overwritten."""

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import IO, cast

from mlplatform.core.errors import Refusal
from mlplatform.providers.git.git import Git, GitError

ABSENT = "0" * 40


@dataclass(frozen=True, slots=True)
class RefUpdate:
    """A ref by its full name, where it is expected to be (None: absent), and where it goes (None: it is deleted)."""

    ref: str
    old: str | None
    new: str | None


class RefMoved(Refusal):
    """A ref is not, or no longer, what the change was made from."""


def branch_ref(git: Git, branch: str) -> str:
    """The full name of a branch, which need not be there; Refusal when no branch can have this name."""
    try:
        git.run("check-ref-format", f"refs/heads/{branch}")
    except GitError:
        raise Refusal(
            f"{branch!r} cannot be the name of a branch", fix="use letters, digits, `.`, `-`"
        ) from None
    return f"refs/heads/{branch}"


def tip_of(git: Git, ref: str) -> str | None:
    """The commit that a full ref name points at, or None where there is no such ref."""
    try:
        return (
            git.run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
            .decode()
            .strip()
        )
    except GitError:
        return None


def require_not_symbolic(git: Git, ref: str) -> None:
    """Refusal when a branch only stands for another one: which of them is checked out would be unclear."""
    with suppress(GitError):
        other = git.run("symbolic-ref", "--quiet", "--short", ref).decode().strip()
        raise Refusal(
            f"{ref.removeprefix('refs/heads/')} only stands for {other}", fix=f"name {other} itself"
        )


def move_ref(git: Git, ref: str, new: str, old: str) -> None:
    """Point a ref at `new` if it is at `old` (ABSENT: not there); else RefMoved, and it stays as it is."""
    _compare_and_swap(git, ref, old, [ref, new, old])


def delete_ref(git: Git, ref: str, old: str) -> None:
    """Delete a ref if it is at `old`; else RefMoved, and it stays as it is."""
    _compare_and_swap(git, ref, old, ["-d", ref, old])


def _compare_and_swap(git: Git, ref: str, old: str, change: Sequence[str]) -> None:
    try:
        git.run("update-ref", "--no-deref", "-m", "platform", *change)
    except GitError as error:
        raise moved(git, ref, old, str(error)) from None


def moved(git: Git, ref: str, old: str, cause: str) -> Refusal:
    """Why a ref that was expected at `old` could not be changed."""
    name = ref.removeprefix("refs/heads/")
    if (tip_of(git, ref) or ABSENT) != old:
        return RefMoved(
            f"the branch {name} was changed by somebody else meanwhile", fix="run the command again"
        )
    return Refusal(
        f"the branch {name} could not be written: {cause}",
        fix="run the command again, or remove what is in its way",
    )


@contextmanager
def held_refs(git: Git, updates: Sequence[RefUpdate]) -> Iterator[None]:
    """Hold refs locked where they are while the body runs; then all are updated, or none if the body raised.

    Raises RefMoved, before the body, when one is not where it is expected. When this process dies, git lets go of them.
    """
    process = git.start("update-ref", "--no-deref", "-m", "platform: merge", "--stdin")
    commands = "".join(f"{_command(update)}\n" for update in updates)
    try:
        if not _answered(process, f"start\n{commands}prepare\n", b"prepare: ok\n"):
            raise _moved_among(git, updates, _first_words(process))
        yield
        if not _answered(process, "commit\n", b"commit: ok\n"):
            raise _moved_among(git, updates, _first_words(process))
    finally:
        process.communicate()


def _command(update: RefUpdate) -> str:
    old = update.old or ABSENT
    return f"update {update.ref} {update.new} {old}" if update.new else f"delete {update.ref} {old}"


def _moved_among(git: Git, updates: Sequence[RefUpdate], cause: str) -> Refusal:
    elsewhere = [update for update in updates if tip_of(git, update.ref) != update.old]
    update = next(iter(elsewhere or updates))
    return moved(git, update.ref, update.old or ABSENT, cause)


def _answered(process: subprocess.Popen[bytes], words: str, awaited: bytes) -> bool:
    ask, answers = cast(IO[bytes], process.stdin), cast(IO[bytes], process.stdout)
    with suppress(BrokenPipeError):
        ask.write(words.encode())
        ask.flush()
    return any(line == awaited for line in iter(answers.readline, b""))


def _first_words(process: subprocess.Popen[bytes]) -> str:
    lines = cast(IO[bytes], process.stderr).read().decode(errors="replace").splitlines()
    return lines[0].removeprefix("fatal: ") if lines else "git ended without a word"
