"""One holder at a time of an environment that several machines reach, by a ref of a real bare remote."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from mlplatform.core.errors import Refusal
from mlplatform.providers.git import Git
from mlplatform.providers.lease.remote import RemoteLease, is_held_remotely, remote_lease
from tests.support.waiting import wait_until

LIFE = 1.5  # of a holder that has died: whoever comes after it waits for so long
LIVING = 30.0  # of one that lives
HOLDER = """
import sys
from pathlib import Path
from mlplatform.providers.git import Git
from mlplatform.providers.lease.remote import remote_lease
with remote_lease(Git(Path(sys.argv[1])), "origin", "production", "two", 1.5) as held:
    print(held.fence, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def clones(tmp_path: Path) -> tuple[Git, Git]:
    """Two clones of one bare remote."""
    subprocess.run(["git", "init", "-q", "--bare", tmp_path / "remote"], check=True)
    for name in ("one", "two"):
        subprocess.run(["git", "clone", "-q", tmp_path / "remote", tmp_path / name], check=True)
    return Git(tmp_path / "one"), Git(tmp_path / "two")


@contextmanager
def another_process(clone: Git) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A process that holds the lease until it is killed or its input ends, and its fencing number."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", HOLDER, str(clone.root)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=environment) as process:
        assert process.stdout
        yield process, int(process.stdout.readline())


def test_a_second_run_is_refused_while_the_first_one_lives(clones: tuple[Git, Git]) -> None:
    one, two = clones
    with remote_lease(one, "origin", "production", "one", LIVING) as held:
        with (
            pytest.raises(Refusal, match=r"production is being changed by another run \(one"),
            remote_lease(two, "origin", "production", "two", LIVING, say=lambda _: show_life(held)),
        ):
            pass
        held.require()


def show_life(held: RemoteLease) -> None:
    """What a holder does every third of its lease's life."""
    with held._moving:
        held._renew("held")


def test_environments_are_held_apart(clones: tuple[Git, Git]) -> None:
    one, two = clones
    with (
        remote_lease(one, "origin", "production", "one", LIVING),
        remote_lease(two, "origin", "integration", "two", LIVING) as held,
    ):
        held.require()


def test_a_lease_that_was_given_back_is_had_at_once_and_its_number_grows(clones: tuple[Git, Git]) -> None:
    one, two = clones
    with remote_lease(one, "origin", "production", "one", 600) as first:
        pass
    with remote_lease(two, "origin", "production", "two", 600) as second:
        assert second.fence == first.fence + 1


@pytest.mark.exhaustive
def test_the_lease_of_a_killed_process_ends_and_the_next_number_is_higher(clones: tuple[Git, Git]) -> None:
    one, two = clones
    with another_process(two) as (process, fence):
        process.send_signal(signal.SIGKILL)
        process.wait()
        with remote_lease(one, "origin", "production", "one", LIFE) as held:
            assert held.fence == fence + 1


def test_a_holder_that_was_stopped_and_lost_its_lease_is_told_before_its_next_step(
    clones: tuple[Git, Git],
) -> None:
    one, two = clones
    with remote_lease(one, "origin", "production", "one", LIFE) as slept:
        slept._released.set()  # it stands still, as a machine that sleeps: nothing renews
        with remote_lease(two, "origin", "production", "two", LIFE) as held:
            with pytest.raises(Refusal, match="is no longer this run's: another run has taken it over"):
                slept.require()
            held.require()


def test_the_remote_is_asked_only_when_somebody_could_have_taken_the_lease(
    clones: tuple[Git, Git], tmp_path: Path
) -> None:
    one, _ = clones
    with remote_lease(one, "origin", "production", "one", 600) as held:
        held._released.set()  # nothing renews
        (tmp_path / "remote").rename(tmp_path / "elsewhere")
        held.require()
        held._moved -= 0.6 * 600  # nobody else can have it yet, so a remote that is away does no harm
        held.require()
        held._moved -= 0.4 * 600
        with pytest.raises(Refusal, match="cannot be reached"):
            held.require()


def test_a_lease_that_somebody_deleted_goes_on_above_what_is_on_record(clones: tuple[Git, Git]) -> None:
    one, two = clones
    with remote_lease(one, "origin", "production", "one", LIVING, above=7) as held:
        assert held.fence == 8
    one.run("push", "-q", "origin", ":refs/platform/lease/production")
    with remote_lease(two, "origin", "production", "two", LIVING, above=8) as held:
        assert held.fence == 9
    with remote_lease(one, "origin", "production", "one", LIVING, above=3) as held:
        assert held.fence == 10


@pytest.mark.exhaustive
def test_who_waits_for_a_dead_holder_says_so(clones: tuple[Git, Git]) -> None:
    one, two = clones
    said: list[str] = []
    with another_process(two) as (process, _):
        process.kill()
        process.wait()
        with remote_lease(one, "origin", "production", "one", LIFE, say=said.append):
            pass
    assert len(said) == 1
    assert re.fullmatch("production is held by two [0-9a-f]{8}: waiting 1.5 s for a sign of life", said[0])


def test_a_lease_that_is_no_commit_is_refused_by_what_it_is(clones: tuple[Git, Git]) -> None:
    one, _ = clones
    blob = one.run("hash-object", "-w", "--stdin", stdin=b"garbage").decode().strip()
    one.run("push", "-q", "origin", f"{blob}:refs/platform/lease/production")
    with (
        pytest.raises(Refusal, match="refs/platform/lease/production of origin is a blob"),
        remote_lease(one, "origin", "production", "one", LIFE),
    ):
        pass


def test_others_see_whether_an_environment_is_held(clones: tuple[Git, Git]) -> None:
    one, two = clones
    assert not is_held_remotely(two, "origin", "production")
    with remote_lease(one, "origin", "production", "one", LIVING):
        assert is_held_remotely(two, "origin", "production")
        assert not is_held_remotely(two, "origin", "integration")
    assert not is_held_remotely(two, "origin", "production")


RUNS = 8


def test_of_many_that_start_together_one_gets_it(clones: tuple[Git, Git]) -> None:
    inside, most, got, refused = 0, 0, [], []
    counting, somebody_waits = threading.Lock(), threading.Event()

    def run(number: int) -> None:
        nonlocal inside, most
        try:
            with remote_lease(
                clones[number % 2],
                "origin",
                "production",
                str(number),
                LIVING,
                say=lambda _: somebody_waits.set(),
            ) as held:
                with counting:
                    inside += 1
                    most = max(most, inside)
                held.require()
                got.append(held.fence)
                wait_until(lambda: somebody_waits.is_set() or len(got) + len(refused) == RUNS)
                with counting:
                    inside -= 1
        except Refusal as why:
            refused.append(str(why))

    with ThreadPoolExecutor(RUNS) as pool:
        list(pool.map(run, range(RUNS)))
    assert most == 1
    assert all("is being changed by another run" in why for why in refused)
    assert sorted(set(got)) == sorted(got)


@pytest.mark.exhaustive
def test_a_clock_that_is_set_back_neither_ends_a_lease_nor_keeps_a_dead_one(
    clones: tuple[Git, Git], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = clones
    backwards = iter(range(10**9, 0, -1000))
    monkeypatch.setattr(time, "time", lambda: float(next(backwards)))
    with remote_lease(one, "origin", "production", "one", LIVING) as held:
        with (
            pytest.raises(Refusal),
            remote_lease(two, "origin", "production", "two", LIVING, say=lambda _: show_life(held)),
        ):
            pass
        held.require()
    with another_process(two) as (process, fence):
        process.kill()
        process.wait()
        with remote_lease(one, "origin", "production", "one", LIFE) as held:
            assert held.fence > fence


def test_a_remote_that_is_gone_grants_nothing(clones: tuple[Git, Git], tmp_path: Path) -> None:
    (tmp_path / "remote").rename(tmp_path / "elsewhere")
    with (
        pytest.raises(Refusal, match="the remote origin cannot be reached"),
        remote_lease(clones[0], "origin", "production", "one", LIFE),
    ):
        pass


def test_a_ref_that_is_no_lease_is_refused_by_name(clones: tuple[Git, Git]) -> None:
    one, _ = clones
    who = {f"GIT_{role}_{part}": "x" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")}
    tree = one.run("mktree").decode().strip()
    commit = one.run("commit-tree", tree, "-m", "odd", env=who).decode().strip()
    one.run("push", "-q", "origin", f"{commit}:refs/platform/lease/production")
    with (
        pytest.raises(Refusal, match="refs/platform/lease/production of origin cannot be read"),
        remote_lease(one, "origin", "production", "one", LIFE),
    ):
        pass
