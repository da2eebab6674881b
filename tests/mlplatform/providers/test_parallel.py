"""Work is shared out over processes; of what one of them did not say to the end, nothing is known."""

import os
import signal
import threading
from collections.abc import Sequence

import pytest

from mlplatform.providers import parallel
from mlplatform.providers.parallel import share, split


def doubled(part: Sequence[int]) -> list[int]:
    return [2 * number for number in part]


def test_each_part_is_answered_in_its_place() -> None:
    assert share(doubled, [[1, 2], [3], []]) == [[2, 4], [6], []]


def test_more_is_answered_than_a_pipe_holds() -> None:
    assert share(lambda part: ["x" * 1000] * part[0], [[1], [5000]])[1] == ["x" * 1000] * 5000


def test_the_first_part_is_done_in_this_process_and_each_other_one_in_its_own() -> None:
    mine, *others = share(lambda _: os.getpid(), [[0], [1], [2]])
    assert mine == os.getpid()
    assert len({mine, *others}) == 3


@pytest.mark.parametrize("how", ["raises", "is killed", "ends", "says what is no plain value"])
def test_a_part_whose_process_is_lost_is_none(how: str) -> None:
    def work(part: Sequence[int]) -> object:
        if not part[0]:
            return True
        if how == "raises":
            raise RuntimeError(how)
        if how == "is killed":
            os.kill(os.getpid(), signal.SIGKILL)
        if how == "ends":
            os._exit(0)
        return object()

    assert share(work, [[0], [1]]) == [True, None]


def test_when_this_process_fails_the_others_are_ended_with_it() -> None:
    started, said = os.pipe()

    def work(part: Sequence[int]) -> None:
        if not part[0]:
            raise RuntimeError(str(int.from_bytes(os.read(started, 8))))
        os.write(said, os.getpid().to_bytes(8))
        signal.pause()

    with pytest.raises(RuntimeError, match=r"^\d+$") as failed:
        share(work, [[0], [1]])
    os.close(started)
    os.close(said)
    with pytest.raises(ProcessLookupError):
        os.kill(int(str(failed.value)), 0)


def test_there_are_no_more_parts_than_are_worth_it_and_a_key_lies_in_one_of_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(parallel, "_cores", lambda: 4)
    monkeypatch.setattr(parallel, "_WORTH_IT", 3)
    assert split([1, 2, 3], lambda number: number) == [[1, 2, 3]]
    assert split(range(10), lambda number: number % 2) == [[0, 2, 4, 6, 8], [1, 3, 5, 7, 9], []]
    assert split([], lambda number: number) == [[]]


def test_a_process_with_threads_is_not_copied() -> None:
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    try:
        assert parallel._cores() == 1
    finally:
        done.set()
        thread.join()


def test_where_no_process_can_be_made_its_part_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def fork() -> int:
        raise BlockingIOError

    monkeypatch.setattr(os, "fork", fork)
    assert share(doubled, [[1], [2]]) == [[2], None]
