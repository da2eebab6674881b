from pathlib import Path

import pytest

from tests.support.scratch import Scratch, isolate, scratch


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scratch:
    """A platform of three environments: development 1.2.0, integration 1.1.0, production 1.0.0."""
    isolate(monkeypatch, tmp_path / "home")
    return scratch(tmp_path / "clone")
