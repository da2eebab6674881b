"""After the ledger is lost, an apply records what it verifies to be in place, so that it can be promoted again."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from mlplatform.core.applied import applies
from mlplatform.core.plan import Action
from mlplatform.core.ran import Ran, ran_in
from mlplatform.core.reconciled import Reconciled
from mlplatform.core.records.statement import Statement
from mlplatform.flow.check.run_check import load_repository
from mlplatform.flow.progress import ProgressReporter
from mlplatform.flow.reconcile.already_in_place import VERIFIED
from mlplatform.flow.reconcile.reconcile import reconcile
from mlplatform.local.stack import start_all, started_environments, stop_all
from tests.support.known_state import Template
from tests.support.laboratory import SCALER, Laboratory, laboratory, run_git
from tests.support.stack import needs_serving

INTEGRATION, PRODUCTION = "integration", "production"

pytestmark = pytest.mark.servers


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Template[Laboratory]]:
    """Integration runs 1.1.0, production 1.0.0, and the ledger that says so is gone."""
    needs_serving()
    lab = laboratory(tmp_path_factory.mktemp("lost"), ["1.0.0", "1.1.0"])
    start_all(lab.place.target, [INTEGRATION, PRODUCTION])
    try:
        lab.pin(INTEGRATION, "1.1.0")
        lab.pin(PRODUCTION, "1.0.0")
        assert applied(lab, INTEGRATION).is_done
        assert applied(lab, PRODUCTION).is_done
        run_git(lab.root, "update-ref", "-d", f"refs/platform/{lab.place.target_id()}")
        yield Template.of(lab)
    finally:
        stop_all(lab.place.target, started_environments(lab.place.target))


def applied(lab: Laboratory, environment: str, messages: list[str] | None = None) -> Reconciled:
    progress = ProgressReporter(on_message=[].append if messages is None else messages.append)
    return reconcile(lab.place, load_repository(lab.place.git, "HEAD"), environment, progress)


def statements_of(lab: Laboratory) -> list[Statement]:
    return [record.statement for record in lab.ledger().newest_first()][::-1]


def ran(lab: Laboratory, environment: str) -> Ran:
    return ran_in(statements_of(lab), environment)


def test_what_runs_can_be_promoted_once_an_apply_has_verified_it(lab: Laboratory) -> None:
    for environment in (INTEGRATION, PRODUCTION):
        assert applied(lab, environment).outcomes == ()
    assert ran(lab, INTEGRATION).has(SCALER, lab.payloads["1.1.0"].digest)
    lab.pin(PRODUCTION, "1.1.0")
    promoted = applied(lab, PRODUCTION)
    assert (promoted.is_done, promoted.plan.refused) == (True, ())
    assert lab.registry(PRODUCTION).aliases[SCALER] == {"champion": "1.1.0", "previous": "1.0.0"}


def test_the_record_says_that_the_version_was_verified_and_is_made_once(lab: Laboratory) -> None:
    messages: list[str] = []
    for _ in range(2):
        applied(lab, PRODUCTION, messages)
    assert messages == [f"{SCALER} 1.0.0 is recorded as having run: {VERIFIED}"]
    outcomes = [outcome for apply in applies(statements_of(lab), PRODUCTION) for outcome in apply.outcomes]
    assert [(outcome.action, outcome.reason) for outcome in outcomes] == [
        (Action.PROBE, VERIFIED),
        (Action.CHAMPION, VERIFIED),
    ]


def test_a_version_whose_bytes_were_changed_is_not_recorded_as_having_run(lab: Laboratory) -> None:
    registered = lab.registry(PRODUCTION).find(SCALER, "1.0.0")
    assert registered
    (Path(urlsplit(registered.ref.uri).path) / "model" / "model.onnx").write_bytes(b"something else")
    messages: list[str] = []
    applied(lab, PRODUCTION, messages)
    assert "is not recorded as having run: the artifact in" in messages[0]
    assert not ran(lab, PRODUCTION).has(SCALER, lab.payloads["1.0.0"].digest)
