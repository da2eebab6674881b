"""Whether the record says of each commit of main what git says: once for each, and of no other."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from mlplatform.core.evidence.problem import EvidenceProblem, ProblemKind
from mlplatform.core.names import unicode_path
from mlplatform.core.records.base import moment
from mlplatform.core.records.change import ChangePredicate, ReviewedMerge
from mlplatform.providers.git import Git
from mlplatform.providers.git.main_history import MainCommit
from mlplatform.providers.git.merge_batch import Sides, merged_trees
from mlplatform.record.verify.reviews import review_flaws

_SHOWN = 3
_APART = timedelta(days=1)  # a merge queue makes the commit before its checks run


@dataclass(frozen=True, slots=True)
class RecordedChange:
    """The record of a change, and the commit of the ledger that holds it."""

    record: str
    change: ChangePredicate


def change_problems(
    git: Git, commits: Sequence[MainCommit], recorded: Sequence[RecordedChange], repositories: Iterable[str]
) -> Iterator[EvidenceProblem]:
    """Yield what is wrong with the records of some commits of main's history, which are all that may be recorded.

    `repositories` are the names that this one has.
    """
    names = frozenset(repositories)
    by_commit = {commit.commit: commit for commit in commits}
    first: dict[str, RecordedChange] = {}
    for each in recorded:
        if flaw := _foreign(each.change, by_commit, names):
            yield EvidenceProblem(ProblemKind.RECORD_FOREIGN, each.record, flaw, is_record=True)
        elif each.change.commit in first:
            message = (
                f"{each.change.commit[:12]} of main was recorded by {first[each.change.commit].record[:12]}"
            )
            yield EvidenceProblem(ProblemKind.RECORD_TWICE, each.record, message, is_record=True)
        else:
            first[each.change.commit] = each
    trees = merged_trees(git, [sides for commit in commits if (sides := _sides(commit, first))])
    for commit in commits:
        if commit.commit not in first:
            message = f"nothing is on record of {commit.title!r}"
            yield EvidenceProblem(ProblemKind.RECORD_MISSING, commit.commit, message)
            continue
        change = first[commit.commit].change
        for kind, message in (*_facts(commit, change), *_merge_flaws(commit, change, trees)):
            yield EvidenceProblem(kind, commit.commit, message)
        for kind, message in (*_verdict_flaws(change), *review_flaws(change)):
            yield EvidenceProblem(kind, commit.commit, message)


def _foreign(change: ChangePredicate, commits: Mapping[str, MainCommit], names: frozenset[str]) -> str:
    if change.repository not in names:
        return f"it is of {change.repository}"
    if change.commit not in commits:
        return f"main does not have {change.commit[:12]}, {change.title!r}, at that place of its history"
    return ""


def _facts(commit: MainCommit, change: ChangePredicate) -> Iterator[tuple[ProblemKind, str]]:
    paths = {changed.path: changed.action for changed in change.paths}
    parent = commit.parents[0] if commit.parents else None
    for key, stated, actual in (
        ("tree", change.tree, commit.tree),
        ("parent", change.parent, parent),
        ("paths", paths, {unicode_path(path): action for path, action in commit.paths.items()}),
        ("committedAt", change.committedAt, commit.committed.isoformat()),
    ):
        if stated != actual:
            yield ProblemKind.RECORD_WRONG, f"its record has another `{key}`"
    merged_at = change.merge.mergedAt if change.merge else None
    if merged_at and abs(moment(merged_at) - commit.committed) > _APART:
        yield (
            ProblemKind.CLOCK,
            f"it says that it was made at {change.committedAt}, and it was merged at {merged_at}",
        )


def _merge_flaws(
    commit: MainCommit, change: ChangePredicate, trees: Mapping[Sides, str | None]
) -> Iterator[tuple[ProblemKind, str]]:
    """Yield why a commit is not what a merge makes of its parent and what was reviewed."""
    merge = change.merge
    if merge is None or not commit.parents:
        return
    if merge.method == "merge" and commit.parents[1:] != (merge.head,):
        yield ProblemKind.MERGE, f"it does not merge {merge.head[:12]}, which was reviewed as {merge.name}"
        return
    tree = trees.get((commit.parents[0], merge.head))
    if tree is None and merge.method == "squash" and merge.asReviewed:
        return  # a plain clone does not have the branch of a squash; the recorder did
    if tree is None:
        yield (
            ProblemKind.MERGE,
            f"what a merge of {merge.name} makes cannot be computed, as they conflict or are not here",
        )
    elif tree != commit.tree:
        yield (
            ProblemKind.MERGE,
            f"it holds something else than its parent and {merge.name}, which was reviewed",
        )


def _verdict_flaws(change: ChangePredicate) -> Iterator[tuple[ProblemKind, str]]:
    for sentence in change.unknown:
        yield ProblemKind.RECORD_INCOMPLETE, sentence
    if change.merge is None and not change.unknown:
        yield ProblemKind.DIRECT_PUSH, f"nobody reviewed {change.title!r}"
    elif change.denied:
        more = len(change.denied) - _SHOWN
        shown = "; ".join(change.denied[:_SHOWN]) + (f"; and {more} more" if more > 0 else "")
        yield ProblemKind.CHECK, f"the check denies it: {shown}"
    for run in change.checks:
        if run.required and run.result != "passed" and not (change.denied or change.merge is None):
            state = "had failed" if run.result == "failed" else "had not ended, or is not known"
            yield ProblemKind.CHECK, f"the check {run.name} {state}"


def _sides(commit: MainCommit, recorded: Mapping[str, RecordedChange]) -> Sides | None:
    merge: ReviewedMerge | None = recorded[commit.commit].change.merge if commit.commit in recorded else None
    return (commit.parents[0], merge.head) if merge and commit.parents else None
