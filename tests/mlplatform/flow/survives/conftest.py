"""A running production of the versions that a module names, for applies that are killed at their steps."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from mlplatform.flow.check.run_check import load_repository
from mlplatform.flow.progress import SILENT
from mlplatform.flow.reconcile.reconcile import reconcile
from mlplatform.providers.serving.triton import TritonServing
from tests.support.known_state import Template
from tests.support.laboratory import REPOSITORY, SCALER, Laboratory, laboratory
from tests.support.stack import infer_body, servers
from tests.support.survival import Run
from tests.support.traffic import Traffic


@pytest.fixture(scope="module")
def template(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Template[Laboratory]]:
    """A production that runs the first of the module's VERSIONS; the others, and BROKEN ones, can be pinned in it."""
    root, broken = tmp_path_factory.mktemp("lab"), getattr(request.module, "BROKEN", ())
    made = laboratory(root, request.module.VERSIONS, broken=broken)
    with servers(made.place.target, "production"):
        commit = made.pin("production", request.module.VERSIONS[0])
        assert reconcile(made.place, load_repository(made.place.git, commit), "production", SILENT).is_done
        yield Template.of_laboratory(made)


@pytest.fixture(scope="module")
def run(template: Template[Laboratory]) -> Iterator[Run]:
    """Apply HEAD to production in a child that is killed at the named point, or at none."""
    with runner(template.what) as ask:
        yield ask


@pytest.fixture(scope="module")
def other_run(template: Template[Laboratory]) -> Iterator[Run]:
    """The same again, in another process."""
    with runner(template.what) as ask:
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


@pytest.fixture
def traffic(lab: Laboratory) -> Iterator[Traffic]:
    """Requests that go on through everything, from the first version on."""
    url = TritonServing.at(lab.place.paths("production")).url(SCALER)
    with Traffic(url, infer_body(), 2, pause=0.005) as requests:
        yield requests
