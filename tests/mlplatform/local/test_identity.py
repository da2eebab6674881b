"""The identity of a local target is made once and never changed."""

import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mlplatform.core.errors import Refusal
from mlplatform.core.target import LocalTarget
from mlplatform.local.identity import read_target_id, require_at_home, target_id


def test_reading_makes_none(tmp_path: Path) -> None:
    assert read_target_id(LocalTarget(tmp_path)) is None
    assert list(tmp_path.iterdir()) == []


def test_it_is_made_once(tmp_path: Path) -> None:
    made = target_id(LocalTarget(tmp_path))
    assert re.fullmatch("[0-9a-f]{12}", made)
    assert target_id(LocalTarget(tmp_path)) == read_target_id(LocalTarget(tmp_path)) == made
    assert [path.name for path in (tmp_path / ".platform").iterdir()] == ["target"]


def test_two_targets_differ(tmp_path: Path) -> None:
    assert target_id(LocalTarget(tmp_path / "a")) != target_id(LocalTarget(tmp_path / "b"))


def test_all_who_make_it_at_once_get_the_same(tmp_path: Path) -> None:
    target = LocalTarget(tmp_path)
    with ThreadPoolExecutor(16) as pool:
        made = set(pool.map(lambda _: target_id(target), range(64)))
    assert made == {read_target_id(target)}
    assert [path.name for path in (tmp_path / ".platform").iterdir()] == ["target"]


@pytest.mark.parametrize(
    "text",
    ["", "0123456789a", "0123456789ABC", "not hex here", "0123456789ab 1", "0123456789ab\nhere\n"],
)
def test_a_damaged_one_is_refused_and_kept(tmp_path: Path, text: str) -> None:
    target = LocalTarget(tmp_path)
    target.folder.mkdir()
    target.identity_file.write_text(text)
    for call in (read_target_id, target_id):
        with pytest.raises(Refusal, match=r"\.platform/target: the identity of this target is damaged"):
            call(target)
    assert target.identity_file.read_text() == text


def test_a_target_is_at_home_where_it_was_made_by_whatever_path(tmp_path: Path) -> None:
    target = LocalTarget(tmp_path / "here")
    target_id(target)
    (tmp_path / "link").symlink_to(target.root)
    require_at_home(target)
    require_at_home(LocalTarget(tmp_path / "link"))
    require_at_home(LocalTarget(tmp_path / "none"))


def test_a_copy_is_refused_and_names_the_original(tmp_path: Path) -> None:
    original, copy = LocalTarget(tmp_path / "original"), LocalTarget(tmp_path / "copy")
    target_id(original)
    shutil.copytree(original.root, copy.root)
    for call in (require_at_home, target_id):
        with pytest.raises(Refusal, match=f"is a copy of the one in {original.root}"):
            call(copy)
    require_at_home(original)


@pytest.mark.parametrize("is_reused", [False, True], ids=["gone", "another target there"])
def test_a_moved_target_is_refused_and_says_where_it_was(tmp_path: Path, is_reused: bool) -> None:
    old, moved = LocalTarget(tmp_path / "old"), LocalTarget(tmp_path / "moved")
    target_id(old)
    old.root.rename(moved.root)
    if is_reused:
        target_id(old)
    for call in (require_at_home, target_id):
        with pytest.raises(Refusal, match=f"was moved here from {old.root}"):
            call(moved)


def test_a_target_of_an_earlier_release_learns_its_folder_when_it_is_brought_up(tmp_path: Path) -> None:
    target = LocalTarget(tmp_path)
    target.folder.mkdir()
    target.identity_file.write_text("0123456789ab\n")
    with pytest.raises(Refusal, match="does not say which folder"):
        require_at_home(target)
    assert target_id(target) == "0123456789ab"
    require_at_home(target)
