"""Main's history as git has it, whatever bytes are in its paths and messages."""

from pathlib import Path

from mlplatform.providers.git import Git
from mlplatform.providers.git.main_history import main_history
from mlplatform.providers.git.merge_batch import merged_trees
from tests.support.scratch import Scratch, scratch


def commit(repo: Scratch, path: bytes, message: str) -> str:
    blob = repo.git.run("hash-object", "-w", "--stdin", stdin=b"text\n").decode().strip()
    tree = (
        repo.git.run("mktree", "-z", stdin=b"100644 blob %s\t%s\0" % (blob.encode(), path)).decode().strip()
    )
    made = repo.run("commit-tree", tree, "-p", "HEAD", "-m", message)
    repo.run("update-ref", "refs/heads/main", made)
    return made


def test_a_path_or_a_title_with_odd_bytes_is_one_path_and_one_title(tmp_path: Path) -> None:
    repo = scratch(tmp_path, {"README.md": "a platform\n"})
    odd = b"\x01" + b"a" * 40 + b" \x02: \xff"
    made = commit(repo, odd, "a title \x02 and more\n\nTicket: ML-7\nReason: it was wrong")
    newest, first = main_history(Git(tmp_path), "main")
    assert (newest.commit, newest.title, newest.ticket, newest.reason) == (
        made,
        "a title \x02 and more",
        "ML-7",
        "it was wrong",
    )
    assert {path.encode(errors="surrogateescape"): action for path, action in newest.paths.items()} == {
        odd: "added",
        b"README.md": "removed",
    }
    assert (first.parents, dict(first.paths)) == ((), {"README.md": "added"})


def test_only_what_an_older_commit_does_not_contain_is_listed(tmp_path: Path) -> None:
    repo = scratch(tmp_path, {"README.md": "a platform\n"})
    before = repo.head()
    after = repo.commit({"README.md": "another\n"}, "another")
    assert [each.commit for each in main_history(Git(tmp_path), "main", before)] == [after]


def test_many_merges_are_computed_at_once_and_those_that_conflict_have_no_tree(tmp_path: Path) -> None:
    repo = scratch(tmp_path, {"README.md": "a platform\n", "other.md": "other\n"})
    fork = repo.head()
    main = repo.commit({"README.md": "ours\n"}, "ours")
    repo.run("checkout", "-q", "-b", "clean", fork)
    clean = repo.commit({"other.md": "changed\n"}, "clean")
    repo.run("checkout", "-q", "-b", "conflicting", fork)
    conflicting = repo.commit({"README.md": "theirs\n"}, "theirs")
    absent = "f" * 40
    trees = merged_trees(Git(tmp_path), [(main, clean), (main, conflicting), (main, absent), (main, main)])
    expected = repo.run("merge-tree", "--write-tree", main, clean)
    assert trees == {
        (main, clean): expected,
        (main, conflicting): None,
        (main, absent): None,
        (main, main): repo.run("rev-parse", f"{main}^{{tree}}"),
    }
