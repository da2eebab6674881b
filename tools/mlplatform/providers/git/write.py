"""Writing commits by plumbing: the working tree, the index and HEAD are never touched, and no hook runs.

Objects come first and the ref last, by compare-and-swap, so that whatever fails leaves only unreachable objects.
"""

import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from mlplatform.core.errors import Refusal
from mlplatform.providers.git.git import Git, GitError
from mlplatform.providers.git.refs import ABSENT, branch_ref, move_ref

_EXPLICIT = ("-c", "user.useConfigOnly=true")  # a name guessed from the host's is nobody's
_PLAIN = "100644"
# Who commits what the platform itself records, whoever runs it: a record names its people in what it says.
RECORDER = {
    "GIT_AUTHOR_NAME": "mlplatform",
    "GIT_AUTHOR_EMAIL": "mlplatform@localhost",
    "GIT_COMMITTER_NAME": "mlplatform",
    "GIT_COMMITTER_EMAIL": "mlplatform@localhost",
}


def require_identity(git: Git) -> None:
    """Refusal unless the user has said who they are; nothing is guessed from the host."""
    for who in ("GIT_AUTHOR_IDENT", "GIT_COMMITTER_IDENT"):
        try:
            git.run(*_EXPLICIT, "var", who)
        except GitError:
            raise Refusal(
                "git does not know who you are, and a change must have an author",
                fix='`git config user.name "Ada Lovelace"` and `git config user.email ada@example.com`',
            ) from None


def commit_files(
    git: Git,
    base: str,
    files: Mapping[str, bytes | None],
    message: str,
    branch: str,
    *,
    replaces: str = ABSENT,
    signing_key: Path | None = None,
) -> str:
    """The commit that changes these files (None: deletes) of `base`, now the tip of the branch.

    It is signed with `signing_key`, an SSH key, where that is given. Raises RefMoved when the branch is not at
    `replaces` (by default: is not absent).
    """
    require_identity(git)
    ref = branch_ref(git, branch)
    commit = write_commit(git, write_tree(git, base, files), [base], message, signing_key)
    move_ref(git, ref, commit, replaces)
    return commit


def tree_of(git: Git, commit: str) -> str:
    """The id of a commit's tree."""
    return git.run("rev-parse", "--verify", f"{commit}^{{tree}}").decode().strip()


def write_tree(git: Git, base: str, files: Mapping[str, bytes | None]) -> str:
    """The id of the tree of `base` with these files changed, and nothing else; Refusal when that changes nothing."""
    modes = {path: entry.mode for path, entry in git.tree(base, list(files)).items()}
    lines = [_index_line(git, path, content, modes.get(path, _PLAIN)) for path, content in files.items()]
    with tempfile.TemporaryDirectory(prefix="platform-index-") as folder:
        index = {"GIT_INDEX_FILE": os.path.join(folder, "index")}  # noqa: PTH118 - an environment variable
        git.run("-c", "core.splitIndex=false", "read-tree", base, env=index)
        git.run(
            "-c",
            "core.splitIndex=false",
            "update-index",
            "-z",
            "--index-info",
            stdin=b"".join(lines),
            env=index,
        )
        tree = git.run("write-tree", env=index).decode().strip()
    changed = set(git.run("diff-tree", "-r", "-z", "--name-only", base, tree).split(b"\0")) - {b""}
    if not changed:
        raise Refusal("nothing would change", fix="nothing to do")
    if others := changed - {os.fsencode(path) for path in files}:
        raise Refusal(
            f"{os.fsdecode(min(others))} is in the way of a path to be written", fix="move it away first"
        )
    return tree


def write_commit(
    git: Git, tree: str, parents: Sequence[str], message: str, signing_key: Path | None = None
) -> str:
    """The id of a new commit, signed with an SSH key, or as the user signs all commits (`commit.gpgSign`)."""
    key = ("-c", "gpg.format=ssh", "-c", f"user.signingKey={signing_key}") if signing_key else ()
    sign = (
        bool(key)
        or git.run("config", "--type=bool", "--default", "false", "--get", "commit.gpgSign").strip()
        == b"true"
    )
    follows = [word for parent in parents for word in ("-p", parent)]
    utf8 = ("-c", "i18n.commitEncoding=UTF-8")
    try:
        oid = git.run(
            *(*_EXPLICIT, *utf8, *key, "commit-tree", tree, *follows, *(["-S"] if sign else []), "-F", "-"),
            stdin=message.encode(),
        )
    except GitError as error:
        if not sign:
            raise
        raise Refusal(
            f"the commit could not be signed: {error}",
            fix="name another key with --key" if key else "see `git config commit.gpgSign`",
        ) from None
    return oid.decode().strip()


def _index_line(git: Git, path: str, content: bytes | None, mode: str) -> bytes:
    if not mode.startswith("100"):
        raise Refusal("this is not a plain file", where=path, fix="replace it by a document first")
    if content is None:
        return b"0 " + ABSENT.encode() + b"\t" + os.fsencode(path) + b"\0"
    oid = git.run("hash-object", "-w", "--stdin", stdin=content).strip()
    return mode.encode() + b" " + oid + b"\t" + os.fsencode(path) + b"\0"
