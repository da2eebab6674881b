"""A running production of the versions that a module names, for applies that are killed at their steps."""

from collections.abc import Iterator

import pytest

from mlplatform.flow.check.run_check import load_repository
from mlplatform.flow.progress import SILENT
from mlplatform.flow.reconcile.reconcile import reconcile
from mlplatform.providers.serving.triton import TritonServing
from tests.support import killed_apply
from tests.support.forking import Ask, forking_server
from tests.support.known_state import Template
from tests.support.laboratory import SCALER, Laboratory, laboratory
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
        yield Template.of(made)


@pytest.fixture(scope="session")
def applies() -> Iterator[Ask]:
    with forking_server(killed_apply.__name__) as ask:
        yield ask


@pytest.fixture(scope="session")
def other_applies() -> Iterator[Ask]:
    with forking_server(killed_apply.__name__) as ask:
        yield ask


@pytest.fixture
def run(lab: Laboratory, applies: Ask) -> Run:
    """Apply HEAD to production in a child that is killed at the named point, or at none."""
    return _run_in(lab, applies)


@pytest.fixture
def other_run(lab: Laboratory, other_applies: Ask) -> Run:
    """The same again, in another process."""
    return _run_in(lab, other_applies)


def _run_in(lab: Laboratory, ask: Ask) -> Run:
    where = {"root": str(lab.place.git.root), "environment": "production"}
    return lambda point: ask({**where, "point": point})


@pytest.fixture
def traffic(lab: Laboratory) -> Iterator[Traffic]:
    """Requests that go on through everything, from the first version on."""
    url = TritonServing.at(lab.place.paths("production")).url(SCALER)
    with Traffic(url, infer_body(), 2, pause=0.005) as requests:
        yield requests
