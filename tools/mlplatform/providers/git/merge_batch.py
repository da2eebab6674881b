"""What many merges make, computed at once: a verifier recomputes each merge of main."""

from collections.abc import Iterator, Mapping, Sequence

from mlplatform.core.errors import Refusal
from mlplatform.providers.git.git import Git, GitError

Sides = tuple[str, str]  # base and head


def merged_trees(git: Git, merges: Sequence[Sides]) -> Mapping[Sides, str | None]:
    """Return the tree of each merge; None where its sides conflict, or one is not in this clone.

    Refusal where git is older than 2.39.
    """
    if not merges:
        return {}
    here = _here(git, {commit for sides in merges for commit in sides})
    known = list(dict.fromkeys(sides for sides in merges if here.issuperset(sides)))
    try:
        output = git.run(
            *("merge-tree", "--write-tree", "--no-messages", "--name-only", "-z", "--stdin"),
            stdin="".join(f"{base} {head}\n" for base, head in known).encode(),
        )
    except GitError as why:
        raise Refusal(
            f"git cannot merge again what main merged: {why}", fix="use git 2.39 or newer"
        ) from None
    return {**dict.fromkeys(merges), **dict(zip(known, _trees(output), strict=True))}


def _trees(output: bytes) -> Iterator[str | None]:
    """Yield the trees; `-z --stdin` prints for each whether it is clean, its tree, and names up to an empty one."""
    tokens = iter(output.split(b"\0"))
    for status in tokens:
        if status.strip():
            tree = next(tokens).decode()
            while next(tokens):
                pass
            yield tree if status.strip() == b"1" else None


def _here(git: Git, commits: set[str]) -> set[str]:
    request = "".join(f"{commit}\n" for commit in sorted(commits)).encode()
    lines = (
        git.run("cat-file", "--batch-check=%(objectname) %(objecttype)", stdin=request).decode().splitlines()
    )
    return {line.split(" ")[0] for line in lines if line.endswith(" commit")}
