"""Documents that both sides of a merge changed: whether the merge says of each key what one of the sides said."""

from collections.abc import Mapping
from typing import Any

from mlplatform.core.naming import parse_path
from mlplatform.providers.git.compare import PathEntry
from mlplatform.providers.git.git import Git
from mlplatform.strict_yaml.parser import parse

Data = Mapping[str, Any]


def is_union_of_keys(git: Git, path: str, fork: str, sides: tuple[str, str], merged: PathEntry) -> bool:
    """True when a merged document takes each of its keys from the one side that changed it.

    `fork` and `sides` are commits. Not so of a file that is no document, of one that a side added, removed or made
    unreadable, where both sides changed a key, and of a deployment: there a version is reviewed with what it runs on.
    """
    identity = parse_path(path)
    if identity is None or identity.kind.entry.pins:
        return False
    entries = [_entry(git, commit, path) for commit in (fork, *sides)]
    if None in entries or len({entry.mode for entry in (*entries, merged) if entry}) != 1:
        return False
    old, ours, theirs, result = (_data(git, path, entry) for entry in (*entries, merged))
    if old is None or ours is None or theirs is None or result is None:
        return False
    keys = {*old, *ours, *theirs, *result}
    return all(
        _is_of_one_side(*(data.get(key, _ABSENT) for data in (old, ours, theirs, result))) for key in keys
    )


_ABSENT = object()


def _is_of_one_side(old: Any, ours: Any, theirs: Any, result: Any) -> bool:
    """True when a value is as both sides have it, or as the only side that changed it has it."""
    if ours == theirs:
        return bool(result == ours)
    if theirs == old:
        return bool(result == ours)
    return bool(ours == old and result == theirs)


def _entry(git: Git, commit: str, path: str) -> PathEntry | None:
    record = git.run("ls-tree", "-z", "--full-tree", commit, "--", path).decode(errors="replace")
    if record.count("\0") != 1:
        return None
    mode, kind, oid = record.partition("\t")[0].split(" ")
    return PathEntry(mode, oid) if kind == "blob" else None


def _data(git: Git, path: str, entry: PathEntry | None) -> Data | None:
    if entry is None or (text := git.blobs([entry.oid]).get(entry.oid)) is None:
        return None
    parsed = parse(path, text)
    return None if parsed.findings else parsed.data
