"""What a change is, and as much of its base and of its head as is needed to judge it.

Judged is what the base would be with the change in it: each file that the head made otherwise than where the two
parted, over the base as it is now. So a base that has moved on undoes nothing that the change did not touch, and its
policies, waivers and documents bind. A document that both made otherwise is refused: which of them counts is what the
author has to say, by a merge or a rebase.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, replace
from typing import Any

from mlplatform.core.change_base import Action, ChangeBase, FileChange
from mlplatform.core.errors import Refusal
from mlplatform.core.garbage_collection import gc_paused
from mlplatform.core.history import History
from mlplatform.core.loaded_source import LoadedSource
from mlplatform.core.naming import DOCUMENT_ROOTS, NAME, Identity, Kind, parse_path, path_of
from mlplatform.core.source import FileType, Source, SourceFile
from mlplatform.flow.check.pin_facts import pin_history, ran_here
from mlplatform.load.affected import Affected, affected, is_hidden
from mlplatform.load.history import documents_at, history, merged_at
from mlplatform.load.load import load
from mlplatform.load.past_data import Change, past_data
from mlplatform.load.source import WorkingTree, file_type
from mlplatform.load.subset_source import GitTreeSource, OverlaySource, Selectable
from mlplatform.providers.git import Entry, Git, Listing
from mlplatform.providers.git.compare import differences, listing, merge_base, sizes, touched
from mlplatform.providers.git.refs import tip_of

_DEPLOYMENT = re.compile(
    rf"environments/({NAME})/{NAME}/{NAME}\.yaml"
)  # `identify` would take ten times as long
_JUDGED = (*DOCUMENT_ROOTS, "examples/data/")


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """The base, and the head loaded as far as the base is.

    `source` is the head with everything but documents and data that the change is not about. `policies_changed`:
    the head has policies or schemas of its own, which judge everything: `changeset` with `everything` loads it.
    """

    base: ChangeBase
    head: LoadedSource
    source: Source
    policies_changed: bool


@gc_paused()
def changeset(git: Git, base: str, head: str | None, *, everything: bool = False) -> ChangeSet:
    """What `head`, a revision or the working tree (None), makes of a base, and what that concerns.

    Refusal when the two have no history in common, or both changed the same document.
    """
    at = git.resolve(base)
    before = GitTreeSource(git, at, listing(git, at))
    after, files = _head(git, before, head)
    paths = before.entries.keys() | frozenset(after.paths)
    found = None if everything else affected(before, after, paths, {file.path for file in files})
    starting, source, left_out = _cut(before, after, paths, found)
    partial = found.partial if found else frozenset()
    loaded, changed = load(starting), replace(load(source), others=left_out, partial=partial)
    return ChangeSet(
        _base(
            git,
            replace(loaded, others=left_out, partial=partial),
            changed,
            before.entries,
            files,
            found is None,
        ),
        changed,
        source,
        (changed.policies, changed.schemas) != (loaded.policies, loaded.schemas),
    )


def _cut(
    before: GitTreeSource, after: Selectable, paths: Set[str], found: Affected | None
) -> tuple[Source, Source, frozenset[str]]:
    """Both sides with no more than a scope, and what is left out; all of them where there is none."""
    if found is None:
        return before, after, frozenset()
    wanted = {path for path in paths if not is_hidden(path)} | found.paths
    wanted |= _alike(paths, wanted)
    return before.only(wanted), after.only(wanted), frozenset(after.paths) - wanted


def _alike(paths: Set[str], wanted: Set[str]) -> set[str]:
    """The paths that differ from one of the wanted only in upper and lower case."""
    folded = Counter(path.casefold() for path in paths)
    if len(folded) == len(paths):
        return set()
    clashing = {path.casefold() for path in wanted if folded[path.casefold()] > 1}
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
    deployments = Counter(found[1] for path in entries if (found := _DEPLOYMENT.fullmatch(path)))
    environments = deployments.keys()
    changed = [one for file in files if (one := parse_path(file.path)) and one.kind is Kind.DEPLOYMENT]
    pinned = {
        f"environments/{environment}/{one.model}.yaml" for one in changed for environment in environments
    }
    past = history(git, commit, sorted(pinned | {path_of(Kind.DEPLOYMENT, one.name) for one in changed}))
    before, ran = pin_history(git, past, loaded, head, changed), ran_here(git, past, loaded, head, changed)
    return ChangeBase(
        loaded,
        past,
        files,
        deployments,
        merged_at(git, commit, (path for path in entries if path.startswith("policies/waivers/"))),
        _signatures(git, past, changed),
        everything,
        past_data(git, commit, entries, _changed_data(loaded, head, files)),
        {key: {**before.get(key, {}), **ran.get(key, {})} for key in (*before, *ran)},
    )


def _changed_data(base: LoadedSource, head: LoadedSource, files: Iterable[FileChange]) -> Iterator[Change]:
    """The data sets that the head has and the change touches."""
    for path in (file.path for file in files):
        before, after = base.raws.get(path), head.raws.get(path)
        if after is not None and after.identity.kind is Kind.DATASET:
            yield path, before.data if before else None, after.data


def _signatures(git: Git, past: History, deployments: Iterable[Identity]) -> Mapping[tuple[str, str], Any]:
    """The signature that each model had when what is pinned now, or was last, was first pinned, in any environment."""
    pins = (past.of(str(one.environment), str(one.model))[:1] for one in deployments)
    at = {
        (pin.environment, pin.model): (past.first_of(pin).commit, path_of(Kind.MODEL, pin.model))
        for some in pins
        for pin in some
    }
    models = documents_at(git, at.values())
    return {
        key: models[where]["signature"] for key, where in at.items() if "signature" in models.get(where, {})
    }


def _head(git: Git, base: GitTreeSource, head: str | None) -> tuple[Selectable, tuple[FileChange, ...]]:
    """What is judged, and every file in which it differs from the base."""
    if head is not None:
        return _commit(git, base, git.resolve(head))
    return _working_tree(git, base)


def _commit(git: Git, base: GitTreeSource, head: str) -> tuple[Selectable, tuple[FileChange, ...]]:
    parted = merge_base(git, str(base.commit), head)
    entries = dict(base.entries)
    changed: dict[str, bool] = {}
    for path, (old, new) in differences(git, parted, head).items():
        if new != entries.get(path):
            _require_one_side(path, old, entries.get(path))
            changed[path] = new is not None
            entries.pop(path, None)
            entries |= {path: new} if new else {}
    return GitTreeSource(git, head, entries), _file_changes(base.entries, changed)


def _working_tree(git: Git, base: GitTreeSource) -> tuple[Selectable, tuple[FileChange, ...]]:
    tip = tip_of(git, "HEAD")
    parted = merge_base(git, str(base.commit), tip) if tip else str(base.commit)
    old = base.entries if parted == base.commit else listing(git, parted)
    maybe, there = touched(git, parted)
    tree = WorkingTree(git.root)
    looked = {file.path: file for file in tree.look(there)}
    same = _unchanged(git, tree, looked, old) | _unchanged(git, tree, looked, base.entries)
    changed: dict[str, bool] = {}
    for path in (path for path in maybe if path not in same and (path in looked or path in old)):
        if path not in looked and path not in base.entries:
            continue  # both removed it
        _require_one_side(path, old.get(path), base.entries.get(path))
        changed[path] = path in looked
    kept = {path: entry for path, entry in base.entries.items() if path not in changed}
    over = OverlaySource(
        GitTreeSource(git, None, kept),
        tree,
        {path: looked[path] for path, is_there in changed.items() if is_there},
    )
    return over, _file_changes(base.entries, changed)


def _unchanged(git: Git, tree: WorkingTree, looked: Mapping[str, SourceFile], old: Listing) -> set[str]:
    """The plain files whose bytes are those of the commit, though git would have to look to know."""
    known = sizes(git, sorted({old[path].oid for path in looked if path in old}))
    alike = [
        file.path
        for file in looked.values()
        if (entry := old.get(file.path))
        and (file.type, file_type(int(entry.mode, 8))) == (FileType.FILE, FileType.FILE)
        and file.size == known.get(entry.oid)
    ]
    return {path for path, data in tree.read(alike).items() if _blob_id(data, old[path].oid) == old[path].oid}


def _blob_id(data: bytes, like: str) -> str:
    algorithm = hashlib.sha256 if len(like) == 64 else hashlib.sha1  # which of them is git's choice
    return algorithm(b"blob %d\0" % len(data) + data).hexdigest()


def _require_one_side(path: str, old: Entry | None, base: Entry | None) -> None:
    if old != base and path.startswith(_JUDGED):
        raise Refusal(
            f"{path} was changed on the base as well since this change left it",
            fix="merge the base into the change, or rebase it, and check again",
        )


def _file_changes(base: Listing, changed: Mapping[str, bool]) -> tuple[FileChange, ...]:
    return tuple(
        sorted(FileChange(path, _action(path in base, is_there)) for path, is_there in changed.items())
    )


def _action(was_there: bool, is_there: bool) -> Action:
    if not is_there:
        return "removed"
    return "changed" if was_there else "added"
