from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.act import real_act
from tests.support.github_description import description
from tests.support.hosted import Hosted, hosted
from tests.support.scratch import isolate


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hosted]:
    """This repository on a small GitHub, whose workflows run on this machine."""
    real_act(), description()  # from the cache of whoever runs this
    isolate(monkeypatch, tmp_path / "home")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    for name in ("GITHUB_TOKEN", "PLATFORM_APP_ID", "PLATFORM_APP_KEY", "OPA_URL", "CI"):
        monkeypatch.delenv(name, raising=False)
    with hosted(tmp_path) as made:
        yield made
