"""Loads the two sides of a change, as far as the check needs them.

The head is what a merge makes of it: the base plus the files that the change touches, and where both touched a file,
what git merges of it. So a change that left the base long ago is judged as it would be merged, and by the policies and
waivers of the base. What git cannot merge is refused: the author has to merge or rebase first.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, replace
from typing import Any

from mlplatform.core.change_base import ChangeBase, FileAction, FileChange, SignOff
from mlplatform.core.errors import Refusal
from mlplatform.core.garbage_collection import gc_paused
from mlplatform.core.history import History
from mlplatform.core.kinds.document_kind import values_at
from mlplatform.core.loaded_source import LoadedSource
from mlplatform.core.naming import DOCUMENT_ROOTS, Identity, Kind, parse_path, path_of
from mlplatform.core.source import FileType, Source, SourceFile
from mlplatform.flow.access.listing import sign_off_of
from mlplatform.flow.check.pin_facts import pin_history, ran_in_environments, same_artifact
from mlplatform.load.affected import Affected, affected, is_hidden
from mlplatform.load.history import documents_at, history, landed_commits, merged_at
from mlplatform.load.load import load
from mlplatform.load.past_data import Change, past_data
from mlplatform.load.source import WorkingTree, file_type
from mlplatform.load.subset_source import GitTreeSource, OverlaySource, Selectable
from mlplatform.providers.git import Git, Listing
from mlplatform.providers.git.compare import differences, listing, merge_base, sizes, touched
from mlplatform.providers.git.merge import merge_sides
from mlplatform.providers.git.refs import tip_of

_DEPLOYMENT = Kind.DEPLOYMENT.entry.pattern  # `parse_path` would take ten times as long
_JUDGED = (*DOCUMENT_ROOTS, "examples/data/")
_PROSE = ".md"  # what becomes of it when git cannot merge it, nothing here asks


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """The base, and the head loaded as far as the base is.

    `merged` is the whole head as it would be merged, `source` the same without the documents and data that the change
    does not concern. With `policies_changed` the
    head has policies or schemas of its own. They judge everything, so `changeset` must be called with `everything`.
    """

    base: ChangeBase
    head: LoadedSource
    source: Source
    merged: Selectable
    policies_changed: bool


@gc_paused()
def changeset(git: Git, base: str, head: str | None, *, everything: bool = False) -> ChangeSet:
    """Return what `head`, a revision or the working tree (None), changes on top of `base`, and what that concerns.

    Refusal when the two have no history in common, or cannot be merged.
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
        after,
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
    return ChangeBase(
        loaded,
        past,
        files,
        deployments,
        merged_at(git, commit, (path for path in entries if path.startswith(Kind.WAIVER.entry.root))),
        _signatures(git, past, changed),
        everything,
        past_data(git, commit, entries, _changed_data(loaded, head, files)),
        pin_history(git, past, loaded, head, changed),
        ran_in_environments(git, loaded, head, changed),
        same_artifact(git, past, loaded, head, changed),
        landed_commits(git, commit, _linked_commits(head, files)),
        _sign_offs(git, commit, head, files),
    )


def _sign_offs(git: Git, base: str, head: LoadedSource, files: Iterable[FileChange]) -> Mapping[str, SignOff]:
    """Return what the changed access reviews sign off, by path."""
    root = Kind.ACCESS_REVIEW.entry.root
    changed = [raw for file in files if file.path.startswith(root) and (raw := head.raws.get(file.path))]
    return {raw.path: sign_off_of(git, base, head.commit, raw.path, raw.data) for raw in changed}


def _linked_commits(head: LoadedSource, files: Iterable[FileChange]) -> Iterator[str]:
    """Yield the commits of main that documents link which the change touches."""
    for raw in (head.raws.get(file.path) for file in files):
        if raw is not None and (key := raw.identity.kind.entry.links):
            yield from (commit for _, commit in values_at(raw.data, key) if isinstance(commit, str))


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
    """Return the head as it would be merged, and every file in which that differs from the base."""
    if head is not None:
        merged = _merged(git, base, git.resolve(head))
        return merged, _file_changes(base.entries, merged.entries, {})
    return _working_tree(git, base)


def _merged(git: Git, base: GitTreeSource, head: str) -> GitTreeSource:
    """Return what a merge makes of a commit on top of the base; Refusal when git cannot merge them."""
    fork = merge_base(git, str(base.commit), head)
    entries = dict(base.entries)
    for path, (old, new) in differences(git, fork, head).items():
        if new == entries.get(path):
            continue
        if old != entries.get(path):  # both sides changed it: git says what becomes of it
            return GitTreeSource(git, head, listing(git, _merge(git, str(base.commit), head)))
        entries.pop(path, None)
        entries |= {path: new} if new else {}
    return GitTreeSource(git, head, entries)


def _merge(git: Git, base: str, head: str) -> str:
    merge = merge_sides(git, base, head)
    if conflicts := [path for path in merge.conflicts if not path.endswith(_PROSE)]:
        raise _both_sides(conflicts[0])
    return merge.tree


def _working_tree(git: Git, base: GitTreeSource) -> tuple[Selectable, tuple[FileChange, ...]]:
    """Return the last commit as it would be merged, with what was edited since then, and what that changes."""
    tip = tip_of(git, "HEAD")
    ground, since, old = base, str(base.commit), base.entries
    if tip and merge_base(git, since, tip) != since:
        ground, since, old = _merged(git, base, tip), tip, listing(git, tip)
    candidates, existing, unseen = touched(git, since)
    tree = WorkingTree(git.root)
    files = {file.path: file for file in tree.look(existing)}
    same = _unchanged(git, tree, files, old) | _unchanged(git, tree, files, ground.entries)
    edited: dict[str, bool] = {}
    for path in (path for path in candidates if path not in same and (path in files or path in old)):
        if path not in files and path not in ground.entries:
            continue  # both removed it
        if old.get(path) != ground.entries.get(path) and path.startswith(_JUDGED):
            raise _both_sides(path)
        edited[path] = path in files
    for path in unseen:
        if old.get(path) != ground.entries.get(path) and path.startswith(_JUDGED):
            raise _both_sides(path)
        edited[path] = True
    kept = {path: entry for path, entry in ground.entries.items() if path not in edited} | dict(unseen)
    over = OverlaySource(
        GitTreeSource(git, None, kept),
        tree,
        {path: files[path] for path, is_there in edited.items() if is_there and path in files},
    )
    return over, _file_changes(base.entries, ground.entries, edited)


def _both_sides(path: str) -> Refusal:
    return Refusal(
        f"{path} was changed on the base as well since this change left it, and git cannot merge the two",
        fix="merge the base into the change, or rebase it, and check again",
    )


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


def _file_changes(base: Listing, head: Listing, edited: Mapping[str, bool]) -> tuple[FileChange, ...]:
    """Return what a head changes; `edited` says of each path that was edited on top of it whether it is still there."""
    changed = {path: path in head for path in base.keys() | head.keys() if base.get(path) != head.get(path)}
    is_there = {**changed, **edited}
    return tuple(
        sorted(
            FileChange(path, _action(path in base, there))
            for path, there in is_there.items()
            if there or path in base
        )
    )


def _action(was_there: bool, is_there: bool) -> FileAction:
    if not is_there:
        return "removed"
    return "changed" if was_there else "added"
