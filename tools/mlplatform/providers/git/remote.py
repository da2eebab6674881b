"""Refs of a shared remote, read and moved by compare-and-swap."""

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from mlplatform.core.errors import Refusal
from mlplatform.providers.git.git import Git, GitError
from mlplatform.providers.git.refs import RefUpdate

ATTEMPTS = 10


@dataclass(frozen=True, slots=True)
class RemoteRef:
    """One ref of a remote, by its full name there."""

    git: Git
    remote: str
    ref: str

    def tip(self) -> str | None:
        """The commit it is at now, None where it is not there; Refusal when the remote cannot be asked."""
        try:
            output = self.git.run("ls-remote", "--refs", "--end-of-options", self.remote, self.ref)
        except GitError as why:
            raise Refusal(
                f"the remote {self.remote} cannot be reached: {why}",
                fix="see to it, and run the command again",
            ) from None
        return next(
            (oid for oid, _, ref in map(_parted, os.fsdecode(output).splitlines()) if ref == self.ref), None
        )

    def fetch(self) -> str | None:
        """The commit it is at, which is in this clone then; None where it is not there."""
        for _ in range(ATTEMPTS):
            tip = self.tip()
            if tip is None or self._has(tip):
                return tip
            with suppress(GitError):  # it may be gone by now: then it is looked for anew
                self.git.run(
                    *("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--refmap="),
                    *(self.remote, self.ref),
                )
            if self._has(tip):
                return tip
            self._require_commit(tip)
        raise Refusal(f"{self.ref} of {self.remote} changes too fast to be read", fix="try again")

    def move(self, new: str, old: str | None) -> bool:
        """Have it at `new` if it is at `old` (None: not there); whether that came about.

        Refusal when the remote took it for another reason than that it is somewhere else.
        """
        try:
            self.git.run(
                *("push", "--quiet", "--no-verify", f"--force-with-lease={self.ref}:{old or ''}"),
                *(self.remote, f"{new}:{self.ref}"),
            )
        except GitError as why:
            now = self.tip()
            if now == new:
                return True  # it came through, and the answer got lost
            if now == old:
                raise Refusal(
                    f"the remote {self.remote} does not take {self.ref}: {why}",
                    fix="see that this identity may push there",
                ) from None
            return False
        return True

    def _require_commit(self, tip: str) -> None:
        """Refusal when what came is no commit: no fetching makes it one."""
        with suppress(GitError):
            kind = self.git.run("cat-file", "-t", tip).decode().strip()
            if kind != "commit":
                raise Refusal(
                    f"{self.ref} of {self.remote} is a {kind}, and only commits are written there",
                    fix=f"find out who wrote it, then: git push {self.remote} :{self.ref}",
                )

    def _has(self, commit: str) -> bool:
        try:
            self.git.run("cat-file", "-e", f"{commit}^{{commit}}")
        except GitError:
            return False
        return True


def remotes(git: Git) -> frozenset[str]:
    """Return the names of the remotes of a clone."""
    return frozenset(git.run("remote").decode().split())


def push_together(git: Git, remote: str, updates: Sequence[RefUpdate]) -> bool:
    """Move all refs of a remote, or none; False when one of them is no longer where it was.

    Refusal when the remote refuses it for another reason.
    """
    leases = [f"--force-with-lease={update.ref}:{update.old or ''}" for update in updates]
    specs = [f"{update.new or ''}:{update.ref}" for update in updates]
    try:
        git.run("push", "--quiet", "--no-verify", "--atomic", *leases, remote, *specs)
    except GitError as why:
        tips = [RemoteRef(git, remote, update.ref).tip() for update in updates]
        if tips == [update.new for update in updates]:
            return True  # it came through, and the answer got lost
        if tips == [update.old for update in updates]:
            raise Refusal(
                f"the remote {remote} does not take the merge: {why}",
                fix="see that this identity may push there",
            ) from None
        return False
    return True


def _parted(line: str) -> tuple[str, str, str]:
    return line.partition("\t")
