"""Reading and moving refs by compare-and-swap: somebody else's change is never overwritten."""

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import IO, cast

from mlplatform.core.errors import Refusal
from mlplatform.providers.git.git import Git, GitError

ABSENT = "0" * 40


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
def held_ref(git: Git, ref: str, new: str, old: str) -> Iterator[None]:
    """Hold a ref locked at `old` while the body runs; then it is at `new`, or at `old` still if the body raised.

    Raises RefMoved, before the body, when it is not at `old`. When this process dies, git lets go of the ref.
    """
    process = git.start("update-ref", "--no-deref", "-m", "platform: merge", "--stdin")
    try:
        if not _answered(process, f"start\nupdate {ref} {new} {old}\nprepare\n", b"prepare: ok\n"):
            raise moved(git, ref, old, _first_words(process))
        yield
        if not _answered(process, "commit\n", b"commit: ok\n"):
            raise moved(git, ref, old, _first_words(process))
    finally:
        process.communicate()


def _answered(process: subprocess.Popen[bytes], words: str, awaited: bytes) -> bool:
    ask, answers = cast(IO[bytes], process.stdin), cast(IO[bytes], process.stdout)
    with suppress(BrokenPipeError):
        ask.write(words.encode())
        ask.flush()
    return any(line == awaited for line in iter(answers.readline, b""))


def _first_words(process: subprocess.Popen[bytes]) -> str:
    lines = cast(IO[bytes], process.stderr).read().decode(errors="replace").splitlines()
    return lines[0].removeprefix("fatal: ") if lines else "git ended without a word"
