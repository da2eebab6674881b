"""Who wrote the commits of a branch, as git has it; nothing here is signed, so it only ever takes an approval away."""

import re
from collections.abc import Container, Iterator

from mlplatform.providers.forge.signed.signers import Signers
from mlplatform.providers.git import Git

_FORMAT = (
    "%H%x00%ae%x00%ce%x00%(trailers:key=Co-authored-by,valueonly)"  # no part of a commit has a NUL in it
)
_ADDRESS = re.compile(r"[^\s<>,;]+@[^\s<>,;]+")
_FOREIGN = re.compile(r"[^A-Za-z0-9_.@-]")


def contributors(
    git: Git, base: str, head: str, signers: Signers, updates: Container[str] = ()
) -> tuple[str, ...]:
    """Return the authors, committers and co-authors of the commits that `head` has and `base` has not, sorted.

    `updates` merge main into the branch and nothing else: whoever made them wrote nothing.
    """
    output = git.run(
        "log", "-z", f"--format={_FORMAT}", "--encoding=UTF-8", "--end-of-options", head, f"^{base}"
    )
    fields = iter(output.decode(errors="replace").split("\0")[:-1])
    commits = zip(fields, fields, fields, fields, strict=True)
    written = [people for commit, *people in commits if commit not in updates]
    return tuple(sorted({name_of(email, signers) for people in written for email in _emails(*people)}))


def name_of(email: str, signers: Signers) -> str:
    """Return the person who uses an email address; for nobody who is listed, a name that no document can have."""
    return signers.person_of_email(email) or f"unknown@{_FOREIGN.sub('-', email)[-80:]}"


def _emails(author: str, committer: str, co_authors: str) -> Iterator[str]:
    yield from (author, committer)
    yield from _ADDRESS.findall(co_authors)
