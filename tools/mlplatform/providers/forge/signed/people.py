"""Who wrote the commits of a branch, as git has it; nothing here is signed, so it only ever takes an approval away."""

import re
from collections.abc import Iterator

from mlplatform.providers.forge.signed.signers import Signers
from mlplatform.providers.git import Git

_BETWEEN, _END = "\x1f", "\x1e"
_FORMAT = f"%ae{_BETWEEN}%ce{_BETWEEN}%(trailers:key=Co-authored-by,valueonly,separator={_BETWEEN}){_END}"
_ADDRESS = re.compile(r"<([^<>]*)>")
_FOREIGN = re.compile(r"[^A-Za-z0-9_.@-]")


def contributors(git: Git, base: str, head: str, signers: Signers) -> tuple[str, ...]:
    """Return the authors, committers and co-authors of the commits that `head` has and `base` has not, sorted."""
    output = git.run("log", f"--format={_FORMAT}", "--encoding=UTF-8", "--end-of-options", head, f"^{base}")
    records = output.decode(errors="replace").split(_END)
    return tuple(
        sorted({name_of(email, signers) for record in records for email in _emails(record.strip("\n"))})
    )


def name_of(email: str, signers: Signers) -> str:
    """Return the person who uses an email address; for nobody who is listed, a name that no document can have."""
    return signers.person_of_email(email) or f"unknown@{_FOREIGN.sub('-', email)[-80:]}"


def _emails(record: str) -> Iterator[str]:
    author, committer, *co_authors = record.split(_BETWEEN) if record else ("", "")
    yield from filter(None, (author, committer))
    for co_author in co_authors:
        yield from _ADDRESS.findall(co_author)
