"""Several refs move together or not at all, here and on a remote, and nobody else's move is overwritten."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mlplatform.core.errors import Refusal
from mlplatform.providers.git.refs import RefMoved, RefUpdate, held_refs
from mlplatform.providers.git.remote import push_together
from tests.support.scratch import Scratch

MAIN, LOG, GONE = "refs/heads/main", "refs/reviews/a", "refs/heads/gone"


@pytest.fixture
def commits(repo: Scratch) -> list[str]:
    """Three commits, of which no ref names the last two; main, a log and a branch are at the first."""
    first = repo.head()
    for ref in (LOG, GONE):
        repo.run("update-ref", ref, first)
    return [first, *(repo.run("commit-tree", "HEAD^{tree}", "-p", first, "-m", text) for text in "bc")]


@pytest.fixture
def remote(repo: Scratch, commits: list[str], tmp_path: Path) -> Scratch:
    repo.run("clone", "--quiet", "--mirror", str(repo.root), str(tmp_path / "remote.git"))
    repo.run("remote", "add", "origin", str(tmp_path / "remote.git"))
    return Scratch(tmp_path / "remote.git")


def updates(old: str, new: str) -> list[RefUpdate]:
    return [RefUpdate(MAIN, old, new), RefUpdate(LOG, old, new), RefUpdate(GONE, old, None)]


def refs(repo: Scratch) -> dict[str, str]:
    lines = repo.run("for-each-ref", "--format=%(refname) %(objectname)", MAIN, LOG, GONE, "refs/heads/new")
    return dict(line.split(" ") for line in lines.splitlines())


def test_held_refs_move_together_after_the_body(repo: Scratch, commits: list[str]) -> None:
    first, second, _ = commits
    with held_refs(repo.git, [*updates(first, second), RefUpdate("refs/heads/new", None, first)]):
        assert refs(repo) == dict.fromkeys((MAIN, LOG, GONE), first)
    assert refs(repo) == {MAIN: second, LOG: second, "refs/heads/new": first}


def test_none_moves_when_the_body_fails(repo: Scratch, commits: list[str]) -> None:
    first, second, _ = commits
    with pytest.raises(ZeroDivisionError), held_refs(repo.git, updates(first, second)):
        raise ZeroDivisionError
    assert refs(repo) == dict.fromkeys((MAIN, LOG, GONE), first)
    with held_refs(repo.git, updates(first, second)):
        pass  # and nothing is locked any more


@pytest.mark.parametrize("moved", [MAIN, LOG, GONE])
def test_none_moves_when_one_is_elsewhere_and_the_body_does_not_run(
    repo: Scratch, commits: list[str], moved: str
) -> None:
    first, second, third = commits
    repo.run("update-ref", moved, third)
    before = refs(repo)
    with (
        pytest.raises(RefMoved, match="was changed by somebody else"),
        held_refs(repo.git, updates(first, second)),
    ):
        raise AssertionError("not run")
    assert refs(repo) == before


def test_nobody_else_moves_a_held_ref(repo: Scratch, commits: list[str]) -> None:
    first, second, third = commits
    with held_refs(repo.git, updates(first, second)), pytest.raises(AssertionError, match="cannot lock ref"):
        repo.run("update-ref", LOG, third)
    assert refs(repo) == {MAIN: second, LOG: second}


def test_refs_of_a_remote_move_together(repo: Scratch, commits: list[str], remote: Scratch) -> None:
    first, second, _ = commits
    assert push_together(
        repo.git, "origin", [*updates(first, second), RefUpdate("refs/heads/new", None, first)]
    )
    assert refs(remote) == {MAIN: second, LOG: second, "refs/heads/new": first}


@pytest.mark.parametrize("moved", [MAIN, LOG, GONE])
def test_none_of_a_remote_moves_when_one_is_elsewhere(
    repo: Scratch, commits: list[str], remote: Scratch, moved: str
) -> None:
    first, second, third = commits
    repo.run("push", "--quiet", "origin", f"{third}:{moved}")
    before = refs(remote)
    assert not push_together(repo.git, "origin", updates(first, second))
    assert refs(remote) == before


def test_a_ref_that_has_gone_or_come_meanwhile_stops_all(
    repo: Scratch, commits: list[str], remote: Scratch
) -> None:
    first, second, _ = commits
    assert not push_together(
        repo.git, "origin", [RefUpdate(MAIN, first, second), RefUpdate(LOG, None, second)]
    )
    remote.run("update-ref", "-d", GONE)
    assert not push_together(repo.git, "origin", updates(first, second))
    assert refs(remote) == dict.fromkeys((MAIN, LOG), first)


def test_of_two_who_push_at_once_one_does(repo: Scratch, commits: list[str], remote: Scratch) -> None:
    first, *others = commits
    start = threading.Barrier(2)

    def push(new: str) -> bool:
        start.wait()
        return push_together(repo.git, "origin", updates(first, new))

    with ThreadPoolExecutor(2) as pool:
        done = dict(zip(others, pool.map(push, others), strict=True))
    assert sorted(done.values()) == [False, True]
    (winner,) = (new for new, is_done in done.items() if is_done)
    assert refs(remote) == {MAIN: winner, LOG: winner}


def forbid(remote: Scratch) -> None:
    hook = remote.root / "hooks/pre-receive"
    hook.write_text("#!/bin/sh\necho main is protected >&2\nexit 1\n")
    hook.chmod(0o755)


def lose(remote: Scratch) -> None:
    remote.root.rename(remote.root.with_name("lost"))


@pytest.mark.parametrize(("obstacle", "message"), [(forbid, "does not take"), (lose, "cannot be reached")])
def test_a_remote_that_refuses_or_is_gone_is_a_refusal(
    repo: Scratch, commits: list[str], remote: Scratch, obstacle: Callable[[Scratch], None], message: str
) -> None:
    obstacle(remote)
    with pytest.raises(Refusal, match=message) as refused:
        push_together(repo.git, "origin", updates(*commits[:2]))
    assert refused.value.fix
