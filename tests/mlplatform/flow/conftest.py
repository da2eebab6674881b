"""For each test its module's laboratory, which a fixture `template` sets up, in its known state; and a small zoo."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.forked_platform import Platform, forked_platform
from tests.support.known_state import Template
from tests.support.laboratory import Laboratory
from tests.support.scratch import Scratch, isolate, scratch
from tests.support.zoo import good


@pytest.fixture
def lab(template: Template[Laboratory], request: pytest.FixtureRequest) -> Iterator[Laboratory]:
    with template.lend_to(request.node) as lab:
        yield lab


@pytest.fixture(scope="session")
def platform() -> Iterator[Platform]:
    """Runs commands of `platform`."""
    with forked_platform() as run:
        yield run


@pytest.fixture
def zoo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scratch:
    """Three tenants, each with a data set, a model that reads it and a deployment in development."""
    isolate(monkeypatch, tmp_path / "home")
    return scratch(tmp_path / "zoo", good())
