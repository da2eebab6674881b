from pathlib import Path

import pytest

from tests.support.reviewed import Reviewed, reviewed
from tests.support.reviewers import Reviewers
from tests.support.scratch import isolate


@pytest.fixture
def keys(tmp_path: Path) -> Reviewers:
    return Reviewers(tmp_path / "keys")


@pytest.fixture
def local(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reviewed:
    """A clone that has no remote."""
    isolate(monkeypatch, tmp_path / "home")
    return reviewed(tmp_path)


@pytest.fixture
def shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reviewed:
    """A clone of a remote, where changes are reviewed and merged."""
    isolate(monkeypatch, tmp_path / "home")
    return reviewed(tmp_path, is_shared=True)
