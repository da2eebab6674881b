"""What a merge would be, as objects: computed without a file, and refused where nobody has reviewed what it writes."""

import pytest

from mlplatform.core.errors import Refusal
from mlplatform.providers.git.merge import (
    merge_candidate,
    merged_branch,
    merged_tree,
    require_merge_as_reviewed,
    title_of,
)
from tests.support.scratch import Scratch

LINES = "".join(f"line {number}\n" for number in range(20))


@pytest.fixture
def forked(repo: Scratch) -> Scratch:
    """With a branch that changes the first line of a file, removes one and adds one."""
    repo.commit({"lines.txt": LINES, "gone.txt": "1\n"})
    repo.run("switch", "--quiet", "--create", "branch")
    repo.run("rm", "--quiet", "gone.txt")
    repo.commit({"lines.txt": LINES.replace("line 0\n", "first\n"), "new.txt": "1\n"})
    repo.run("switch", "--quiet", "main")
    return repo


def commits(repo: Scratch) -> tuple[str, str]:
    base, head = repo.run("rev-parse", "main", "branch").split()
    return base, head


def test_the_tree_of_a_merge_is_what_git_makes_of_it_and_nothing_else_changes(forked: Scratch) -> None:
    forked.commit({"README.md": "moved on\n"})
    before = forked.everything()
    tree = merged_tree(forked.git, *commits(forked))
    candidate = merge_candidate(forked.git, tree, *commits(forked))
    assert forked.everything() == before
    require_merge_as_reviewed(forked.git, *commits(forked), tree)
    forked.run("merge", "--quiet", "--no-ff", "--no-edit", "branch")
    assert forked.run("rev-parse", "HEAD^{tree}", "HEAD^1", "HEAD^2").split() == [
        tree,
        *forked.run("rev-parse", f"{candidate}^1", f"{candidate}^2").split(),
    ]


def test_two_changes_of_one_line_are_a_refusal(forked: Scratch) -> None:
    forked.commit({"lines.txt": LINES.replace("line 0\n", "begin\n")})
    with pytest.raises(Refusal, match="cannot be merged into") as refused:
        merged_tree(forked.git, *commits(forked))
    assert refused.value.fix


def test_two_changes_of_one_file_are_a_refusal_also_where_git_merges_them(forked: Scratch) -> None:
    forked.commit({"lines.txt": LINES.replace("line 19\n", "last\n")})
    tree = merged_tree(forked.git, *commits(forked))
    with pytest.raises(Refusal, match="nobody has reviewed what becomes of it") as refused:
        require_merge_as_reviewed(forked.git, *commits(forked), tree)
    assert refused.value.where == "lines.txt"


def test_the_same_change_on_both_sides_is_none_that_nobody_has_reviewed(forked: Scratch) -> None:
    forked.commit({"lines.txt": forked.at("branch", "lines.txt"), "new.txt": "1\n"})
    tree = merged_tree(forked.git, *commits(forked))
    require_merge_as_reviewed(forked.git, *commits(forked), tree)


@pytest.mark.parametrize("path", ["evil.txt", "lines.txt", "README.md"])
def test_a_tree_with_something_more_is_not_what_was_reviewed(forked: Scratch, path: str) -> None:
    base, head = commits(forked)
    forked.run("merge", "--quiet", "--no-ff", "--no-commit", "branch")
    forked.commit({path: "evil\n"})
    with pytest.raises(Refusal) as refused:
        require_merge_as_reviewed(forked.git, base, head, forked.run("rev-parse", "HEAD^{tree}"))
    assert refused.value.where == path


def test_histories_that_have_nothing_in_common_are_not_merged(forked: Scratch) -> None:
    stranger = forked.run("commit-tree", "main^{tree}", "-m", "a stranger")
    with pytest.raises(Refusal, match="cannot be merged"):
        merged_tree(forked.git, forked.head(), stranger)


@pytest.mark.parametrize(
    ("message", "branch"),
    [
        ("Merge branch 'promote/a-1.0'", "promote/a-1.0"),
        ("Merge branch 'it's'", "it's"),
        ("Merge branch 'a' into 'b'", "a' into 'b"),
        ("Merge branch 'a' into b", "a"),
        ("Merge remote-tracking branch 'origin/a'", "origin/a"),
        ("Revert \"Merge branch 'a'\"", None),
        ("something else", None),
    ],
)
def test_the_branch_that_a_message_names_is_read_as_it_stands(
    repo: Scratch, message: str, branch: str | None
) -> None:
    assert merged_branch(repo.git, repo.run("commit-tree", "HEAD^{tree}", "-m", message)) == branch


def test_a_title_is_read_whatever_bytes_it_is_of(repo: Scratch) -> None:
    about = repo.git.run("cat-file", "commit", "HEAD").partition(b"\n\n")[0]
    raw = repo.git.run("hash-object", "-t", "commit", "-w", "--stdin", stdin=about + b"\n\ncaf\xe9\n\nmore\n")
    assert title_of(repo.git, raw.decode().strip()) == "caf\ufffd"
