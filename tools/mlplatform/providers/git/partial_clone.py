"""Partial clones: what they lack is fetched at once, where git itself would fetch each object when it is read."""

import os
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from mlplatform.core.errors import Refusal

if TYPE_CHECKING:
    from mlplatform.providers.git.git import Git


def fetch_missing(git: "Git", oids: Sequence[str]) -> None:
    """In a partial clone, fetch those of these objects that are not here, all at once; elsewhere do nothing.

    git itself would fetch each when it is read. GitError when the remote cannot be asked.
    """
    remote = promisor(git)
    if not remote:
        return
    here = git.run("cat-file", "--batch-all-objects", "--unordered", "--batch-check=%(objectname)").decode()
    missing = sorted(set(oids) - set(here.split()))
    if missing:
        git.run(
            *(
                "-c",
                "fetch.negotiationAlgorithm=noop",
                "fetch",
                "--quiet",
                "--no-tags",
                "--no-write-fetch-head",
            ),
            *(
                "--no-auto-gc",
                "--recurse-submodules=no",
                "--refmap=",
                "--filter=blob:none",
                "--stdin",
                remote,
            ),
            stdin="".join(f"{oid}\n" for oid in missing).encode(),
        )


@cache
def promisor(git: "Git") -> str:
    """The remote that a partial clone fetches what it lacks from; empty for a whole clone."""
    try:
        found = git.run("config", "--get-regexp", r"^remote\..*\.promisor$", "true")
    except Refusal:
        return ""
    key = os.fsdecode(found).split(" ", 1)[0]
    return key.removeprefix("remote.").removesuffix(".promisor")


@cache
def fetch_trees(git: "Git", *revs: str) -> None:
    """In a clone without the folders of old commits, fetch those of a first-parent history; elsewhere do nothing."""
    if "tree:" in _filter(git):
        trees = git.run("log", "--first-parent", "--format=%T", "--end-of-options", *revs, "--")
        fetch_missing(git, trees.decode().split())


def _filter(git: "Git") -> str:
    """The filter that a partial clone was made with; empty for a whole clone."""
    if not (remote := promisor(git)):
        return ""
    try:
        return git.run("config", "--get", f"remote.{remote}.partialCloneFilter").decode()
    except Refusal:
        return ""
