"""What takes too long, or too much memory, is a finding of the files that it was about."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from mlplatform.providers.scan.worker import limits


def _spin() -> None:
    while True:
        with suppress(Exception):  # as Checkov does
            sum(range(1000))


def _exhaust() -> None:
    raise MemoryError


@pytest.mark.parametrize(
    ("work", "says"), [(_spin, "did not end within 1 s judging terraform"), (_exhaust, "ran out of memory")]
)
def test_the_files_of_a_part_that_did_not_end_were_not_judged(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, work: Callable[[], None], says: str
) -> None:
    monkeypatch.setattr(limits, "SECONDS", 1)
    (tmp_path / "infrastructure").mkdir()
    (tmp_path / "infrastructure/a.tf").write_text("")
    broken: dict[str, str] = {}
    with limits.bounded(tmp_path, broken, "terraform"):
        work()
    assert list(broken) == ["infrastructure/a.tf"]
    assert says in broken["infrastructure/a.tf"]


def test_a_part_that_ends_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "a.tf").write_text("")
    broken: dict[str, str] = {}
    with limits.bounded(tmp_path, broken, "terraform"):
        pass
    assert broken == {}
