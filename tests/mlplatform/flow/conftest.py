from pathlib import Path

import pytest

from tests.support.scratch import Scratch, isolate, scratch
from tests.support.zoo import good


@pytest.fixture
def zoo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scratch:
    """Three tenants, each with a data set, a model that reads it and a deployment in development."""
    isolate(monkeypatch, tmp_path / "home")
    return scratch(tmp_path / "zoo", good())
