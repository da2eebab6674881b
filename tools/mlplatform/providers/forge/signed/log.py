"""The statements about a branch: a ref whose commits hold one each, the oldest first."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mlplatform.core.errors import Refusal
from mlplatform.providers.forge.interface import ForgeError
from mlplatform.providers.forge.signed.statement import REVIEW, SIGNATURE
from mlplatform.providers.git import Git, GitError
from mlplatform.providers.git.refs import ABSENT, branch_ref, move_ref, tip_of
from mlplatform.providers.git.remote import RemoteRef
from mlplatform.providers.git.write import RECORDER

REVIEWS, _LAST = (
    "refs/reviews/",
    "/statements",
)  # without the last part, fix and fix/typo would be in each other's way
_ATTEMPTS = 10


@dataclass(frozen=True, slots=True)
class SignedText:
    """A statement as it is kept: its bytes, and the signature over them."""

    data: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class ReviewLog:
    """The statements about one branch; with a `remote` those that it has are the ones that count."""

    git: Git
    branch: str
    remote: str | None

    @property
    def ref(self) -> str:
        branch_ref(self.git, self.branch)
        return f"{REVIEWS}{self.branch}{_LAST}"

    def tip(self) -> str | None:
        """Return the newest statement's commit, which is in this clone then; None where there is none."""
        if self.remote:
            return RemoteRef(self.git, self.remote, self.ref).fetch()
        return tip_of(self.git, self.ref)

    def read(self, tip: str | None) -> tuple[SignedText, ...]:
        """Return the statements up to a commit, the oldest first; ForgeError where one cannot be read."""
        return tuple(self._statements(tip)) if tip else ()

    def write(self, text: SignedText, parent: str | None) -> str:
        """Return the commit of a statement on top of `parent`, which no ref names yet."""
        listed = "".join(
            f"100644 blob {self._run('hash-object', '-w', '--stdin', stdin=data)}\t{name}\n"
            for name, data in ((REVIEW, text.data), (SIGNATURE, text.signature))
        )
        tree = self._run("mktree", stdin=listed.encode())
        return self._run(
            "commit-tree", tree, *(["-p", parent] if parent else []), "-m", f"review of {self.branch}"
        )

    def append(self, text: SignedText) -> str:
        """Add a statement, and return its commit; when another one was faster, it comes after that."""
        for _ in range(_ATTEMPTS):
            tip = self.tip()
            commit = self.write(text, tip)
            if self._move(commit, tip):
                return commit
        raise Refusal(f"{self.ref} is being written by too many at once", fix="try again")

    def _move(self, commit: str, tip: str | None) -> bool:
        if self.remote:
            return RemoteRef(self.git, self.remote, self.ref).move(commit, tip)
        try:
            move_ref(self.git, self.ref, commit, tip or ABSENT)
        except Refusal:
            if tip_of(self.git, self.ref) == tip:
                raise
            return False
        return True

    def _statements(self, tip: str) -> Iterator[SignedText]:
        commits = self._run("rev-list", "--first-parent", "--reverse", tip).split()
        for commit in commits:
            entries = self.git.tree(commit, [REVIEW, SIGNATURE])
            if entries.keys() != {REVIEW, SIGNATURE}:
                raise ForgeError(f"{commit[:12]} of {self.ref} is no review", fix="find out who wrote it")
            blobs = self.git.blobs([entries[REVIEW].oid, entries[SIGNATURE].oid])
            yield SignedText(blobs[entries[REVIEW].oid], blobs[entries[SIGNATURE].oid])

    def _run(self, *args: str, stdin: bytes = b"") -> str:
        return self.git.run(*args, stdin=stdin, env=RECORDER).decode().strip()


def reviewed_branches(git: Git, remote: str | None) -> Mapping[str, str]:
    """Return the branches that there are statements about, with the commit of the newest."""
    try:
        if remote:
            output = git.run("ls-remote", "--refs", "--end-of-options", remote, f"{REVIEWS}*{_LAST}")
        else:
            output = git.run("for-each-ref", "--format=%(objectname)%09%(refname)", REVIEWS)
    except GitError as why:
        raise ForgeError(
            f"the reviews cannot be read: {why}", fix="see to the remote, and try again"
        ) from None
    pairs = (line.split("\t") for line in os.fsdecode(output).splitlines())
    return {ref.removeprefix(REVIEWS).removesuffix(_LAST): oid for oid, ref in pairs if ref.endswith(_LAST)}
