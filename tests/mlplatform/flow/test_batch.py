"""A batch model is not served, so that no load reads its bytes: they are hashed before it is champion."""

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from mlplatform.core.outcome import Result
from mlplatform.core.reconciled import Reconciled
from mlplatform.flow.check.run_check import load_repository
from mlplatform.flow.progress import SILENT
from mlplatform.flow.reconcile.reconcile import reconcile
from mlplatform.local.stack import start_all, started_environments, stop_all
from tests.support.laboratory import SCALER, Laboratory, laboratory
from tests.support.stack import needs_serving

PRODUCTION = "production"

pytestmark = pytest.mark.servers


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Laboratory]:
    """A production whose champion is 1.1.0 of a batch model, and 1.0.0 the one before."""
    needs_serving()
    made = laboratory(tmp_path, ["1.0.0", "1.1.0"])
    path = f"models/{SCALER}.yaml"
    said = json.loads((made.place.git.root / path).read_text())
    made.commit({path: {**said, "type": "batch"}}, "a batch model")
    start_all(made.place.target, [PRODUCTION])
    for version in ("1.0.0", "1.1.0"):
        assert applied(made, version).is_done
    yield made
    stop_all(made.place.target, started_environments(made.place.target))


def applied(lab: Laboratory, version: str) -> Reconciled:
    lab.pin(PRODUCTION, version)
    return reconcile(lab.place, load_repository(lab.place.git, "HEAD"), PRODUCTION, SILENT)


@pytest.mark.exhaustive
def test_a_version_whose_bytes_were_changed_is_not_gone_back_to(lab: Laboratory) -> None:
    held = lab.registry(PRODUCTION).find(SCALER, "1.0.0")
    assert held
    (Path(urlsplit(held.ref.uri).path) / "model" / "model.onnx").write_bytes(b"something else")
    (failed,) = applied(lab, "1.0.0").outcomes
    assert failed.result is Result.FAILED
    assert "was changed: it is" in failed.reason
    assert lab.registry(PRODUCTION).aliases[SCALER] == {"champion": "1.1.0", "previous": "1.0.0"}
