"""A running production of the versions that a module names, for applies that are killed at every step."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from mlplatform.local.stack import start_all, started_environments, stop_all
from mlplatform.providers.serving.triton import TritonServing
from tests.support.laboratory import REPOSITORY, SCALER, Laboratory, laboratory
from tests.support.stack import infer_body, needs_serving
from tests.support.survival import Run
from tests.support.traffic import Traffic


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Laboratory]:
    """Production with servers of its own; the module's VERSIONS and BROKEN ones can be pinned in it."""
    needs_serving()
    root, broken = tmp_path_factory.mktemp("lab"), getattr(request.module, "BROKEN", ())
    made = laboratory(root, request.module.VERSIONS, broken=broken)
    start_all(made.place.target, ["production"])
    yield made
    stop_all(made.place.target, started_environments(made.place.target))


@pytest.fixture(scope="module")
def run(lab: Laboratory) -> Iterator[Run]:
    """Apply HEAD to production in a child that is killed at the named point, or at none."""
    with runner(lab) as ask:
        yield ask


@pytest.fixture(scope="module")
def other_run(lab: Laboratory) -> Iterator[Run]:
    """The same again, in another process."""
    with runner(lab) as ask:
        yield ask


@contextmanager
def runner(lab: Laboratory) -> Iterator[Run]:
    command = [sys.executable, "-m", "tests.support.killed_apply", str(lab.place.git.root), "production"]
    environment = {"PYTHONPATH": f"{REPOSITORY}:{REPOSITORY / 'tools'}", "PATH": "/usr/bin:/bin"}
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, stdin=pipe, stdout=pipe, text=True, cwd=REPOSITORY, env=environment
    ) as server:

        def ask(point: str) -> dict[str, Any]:
            assert server.stdin
            assert server.stdout
            print(point, file=server.stdin, flush=True)
            said: dict[str, Any] = json.loads(server.stdout.readline())
            return said

        yield ask
        assert server.stdin
        server.stdin.close()


@pytest.fixture(scope="module")
def traffic(lab: Laboratory, run: Run, request: pytest.FixtureRequest) -> Iterator[Traffic]:
    """Requests that go on through everything, from the first version on."""
    lab.pin("production", request.module.VERSIONS[0])
    run("")
    url = TritonServing.at(lab.place.paths("production")).url(SCALER)
    with Traffic(url, infer_body(), 2, pause=0.005) as requests:
        yield requests
