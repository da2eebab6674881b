"""Loads the two sides of a change, as far as the check needs them.

The head is the base plus the files that the change touches. So when the base has moved on since the change branched
off, the files that the change does not touch are taken from the base, and so are its policies and waivers. A document
that was changed on both sides is refused: the author has to merge or rebase first.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, replace
from typing import Any

from mlplatform.core.change_base import ChangeBase, FileAction, FileChange
from mlplatform.core.errors import Refusal
from mlplatform.core.garbage_collection import gc_paused
from mlplatform.core.history import History
from mlplatform.core.loaded_source import LoadedSource
from mlplatform.core.naming import DOCUMENT_ROOTS, Identity, Kind, parse_path, path_of
from mlplatform.core.source import FileType, Source, SourceFile
from mlplatform.flow.check.pin_facts import pin_history, ran_here
from mlplatform.load.affected import Affected, affected, is_hidden
from mlplatform.load.history import documents_at, history, merged_at
from mlplatform.load.load import load
from mlplatform.load.past_data import Change, past_data
from mlplatform.load.source import WorkingTree, file_type
from mlplatform.load.subset_source import GitTreeSource, OverlaySource, Selectable
from mlplatform.providers.git import Git, Listing, PathEntry
from mlplatform.providers.git.compare import differences, listing, merge_base, sizes, touched
from mlplatform.providers.git.refs import tip_of

_DEPLOYMENT = Kind.DEPLOYMENT.entry.pattern  # `parse_path` would take ten times as long
_JUDGED = (*DOCUMENT_ROOTS, "examples/data/")


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """The base, and the head loaded as far as the base is.

    `source` is the head without the documents and data that the change does not concern. With `policies_changed` the
    head has policies or schemas of its own. They judge everything, so `changeset` must be called with `everything`.
    """

    base: ChangeBase
    head: LoadedSource
    source: Source
    policies_changed: bool


@gc_paused()
def changeset(git: Git, base: str, head: str | None, *, everything: bool = False) -> ChangeSet:
    """Return what `head`, a revision or the working tree (None), changes on top of `base`, and what that concerns.

    Refusal when the two have no history in common, or both changed the same document.
    """
    commit = git.resolve(base)
    before = GitTreeSource(git, commit, listing(git, commit))
    after, files = _head(git, before, head)
    paths = before.entries.keys() | frozenset(after.paths)
    scope = None if everything else affected(before, after, paths, {file.path for file in files})
    starting, source, left_out = _restrict(before, after, paths, scope)
    partial = scope.partial if scope else frozenset()
    loaded, changed = load(starting), replace(load(source), others=left_out, partial=partial)
    return ChangeSet(
        _base(
            git,
            replace(loaded, others=left_out, partial=partial),
            changed,
            before.entries,
            files,
            scope is None,
        ),
        changed,
        source,
        (changed.policies, changed.schemas) != (loaded.policies, loaded.schemas),
    )


def _restrict(
    before: GitTreeSource, after: Selectable, paths: Set[str], scope: Affected | None
) -> tuple[Source, Source, frozenset[str]]:
    """Reduce both sides to a scope; also return the paths left out. Without a scope both sides stay whole."""
    if scope is None:
        return before, after, frozenset()
    included = {path for path in paths if not is_hidden(path)} | scope.paths
    included |= _case_variants(paths, included)
    return before.only(included), after.only(included), frozenset(after.paths) - included


def _case_variants(paths: Set[str], included: Set[str]) -> set[str]:
    """Return the paths that differ from an included path only in upper and lower case."""
    folded = Counter(path.casefold() for path in paths)
    if len(folded) == len(paths):
        return set()
    clashing = {path.casefold() for path in included if folded[path.casefold()] > 1}
    return {path for path in paths if path.casefold() in clashing}


def _base(
    git: Git,
    loaded: LoadedSource,
    head: LoadedSource,
    entries: Listing,
    files: tuple[FileChange, ...],
    everything: bool,
) -> ChangeBase:
    commit = str(loaded.commit)
    deployments = Counter(match[1] for path in entries if (match := _DEPLOYMENT.fullmatch(path)))
    environments = deployments.keys()
    changed = [identity for file in files if (identity := parse_path(file.path)) and identity.kind.entry.pins]
    pinned = {
        path_of(Kind.DEPLOYMENT, f"{environment}/{identity.model}")
        for identity in changed
        for environment in environments
    }
    past = history(
        git, commit, sorted(pinned | {path_of(Kind.DEPLOYMENT, identity.name) for identity in changed})
    )
    before, ran_before = (
        pin_history(git, past, loaded, head, changed),
        ran_here(git, past, loaded, head, changed),
    )
    return ChangeBase(
        loaded,
        past,
        files,
        deployments,
        merged_at(git, commit, (path for path in entries if path.startswith(Kind.WAIVER.entry.root))),
        _signatures(git, past, changed),
        everything,
        past_data(git, commit, entries, _changed_data(loaded, head, files)),
        {key: {**before.get(key, {}), **ran_before.get(key, {})} for key in (*before, *ran_before)},
    )


def _changed_data(base: LoadedSource, head: LoadedSource, files: Iterable[FileChange]) -> Iterator[Change]:
    """Yield the data sets that the change touches and the head still has."""
    for path in (file.path for file in files):
        before, after = base.raws.get(path), head.raws.get(path)
        if after is not None and after.identity.kind.entry.describes_data:
            yield path, before.data if before else None, after.data


def _signatures(git: Git, past: History, deployments: Iterable[Identity]) -> Mapping[tuple[str, str], Any]:
    """Return each model's signature at the time when its present (or last) version was first pinned anywhere."""
    pins = (past.of(str(identity.environment), str(identity.model))[:1] for identity in deployments)
    places = {
        (pin.environment, pin.model): (past.first_of(pin).commit, path_of(Kind.MODEL, pin.model))
        for newest in pins
        for pin in newest
    }
    models = documents_at(git, places.values())
    return {
        key: models[place]["signature"]
        for key, place in places.items()
        if "signature" in models.get(place, {})
    }


def _head(git: Git, base: GitTreeSource, head: str | None) -> tuple[Selectable, tuple[FileChange, ...]]:
    """Return the head, and every file in which it differs from the base."""
    if head is not None:
        return _commit(git, base, git.resolve(head))
    return _working_tree(git, base)


def _commit(git: Git, base: GitTreeSource, head: str) -> tuple[Selectable, tuple[FileChange, ...]]:
    fork = merge_base(git, str(base.commit), head)
    entries = dict(base.entries)
    changed: dict[str, bool] = {}
    for path, (old, new) in differences(git, fork, head).items():
        if new != entries.get(path):
            _require_one_side(path, old, entries.get(path))
            changed[path] = new is not None
            entries.pop(path, None)
            entries |= {path: new} if new else {}
    return GitTreeSource(git, head, entries), _file_changes(base.entries, changed)


def _working_tree(git: Git, base: GitTreeSource) -> tuple[Selectable, tuple[FileChange, ...]]:
    tip = tip_of(git, "HEAD")
    fork = merge_base(git, str(base.commit), tip) if tip else str(base.commit)
    old = base.entries if fork == base.commit else listing(git, fork)
    candidates, existing, unseen = touched(git, fork)
    tree = WorkingTree(git.root)
    files = {file.path: file for file in tree.look(existing)}
    same = _unchanged(git, tree, files, old) | _unchanged(git, tree, files, base.entries)
    changed: dict[str, bool] = {}
    for path in (path for path in candidates if path not in same and (path in files or path in old)):
        if path not in files and path not in base.entries:
            continue  # both removed it
        _require_one_side(path, old.get(path), base.entries.get(path))
        changed[path] = path in files
    for path in unseen:
        _require_one_side(path, old.get(path), base.entries.get(path))
        changed[path] = True
    kept = {path: entry for path, entry in base.entries.items() if path not in changed} | dict(unseen)
    over = OverlaySource(
        GitTreeSource(git, None, kept),
        tree,
        {path: files[path] for path, is_there in changed.items() if is_there and path in files},
    )
    return over, _file_changes(base.entries, changed)


def _unchanged(git: Git, tree: WorkingTree, files: Mapping[str, SourceFile], old: Listing) -> set[str]:
    """Return the plain files whose content equals the commit's; git itself would have to read them to know."""
    blob_sizes = sizes(git, sorted({old[path].oid for path in files if path in old}))
    same_size = [
        file.path
        for file in files.values()
        if (entry := old.get(file.path))
        and (file.type, file_type(int(entry.mode, 8))) == (FileType.FILE, FileType.FILE)
        and file.size == blob_sizes.get(entry.oid)
    ]
    return {
        path for path, data in tree.read(same_size).items() if _blob_id(data, old[path].oid) == old[path].oid
    }


def _blob_id(data: bytes, like: str) -> str:
    algorithm = hashlib.sha256 if len(like) == 64 else hashlib.sha1  # which of them is git's choice
    return algorithm(b"blob %d\0" % len(data) + data).hexdigest()


def _require_one_side(path: str, old: PathEntry | None, base: PathEntry | None) -> None:
    if old != base and path.startswith(_JUDGED):
        raise Refusal(
            f"{path} was changed on the base as well since this change left it",
            fix="merge the base into the change, or rebase it, and check again",
        )


def _file_changes(base: Listing, changed: Mapping[str, bool]) -> tuple[FileChange, ...]:
    return tuple(
        sorted(FileChange(path, _action(path in base, is_there)) for path, is_there in changed.items())
    )


def _action(was_there: bool, is_there: bool) -> FileAction:
    if not is_there:
        return "removed"
    return "changed" if was_there else "added"
