"""Finds edits of the working tree that no commit has: `plan` and `apply` do not read them."""

import os

from mlplatform.core.naming import DOCUMENT_ROOTS
from mlplatform.providers.git import Git

_READ = (*DOCUMENT_ROOTS, "policies/")


def uncommitted_files(git: Git) -> tuple[str, ...]:
    """Documents and policies that differ from the commit that is checked out, by path, untracked ones too."""
    listed = git.run(
        "--no-optional-locks",
        "status",
        "--porcelain=v1",
        "-z",
        "--no-renames",
        "--untracked-files=all",
        "--",
        *_READ,
    )
    return tuple(sorted(os.fsdecode(line[3:]) for line in listed.split(b"\0") if line))
