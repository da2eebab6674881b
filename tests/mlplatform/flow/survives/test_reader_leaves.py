"""An apply whose reader leaves goes on to its end; one whose terminal is closed ends as after Ctrl-C, on record."""

import os
import signal
import subprocess
import sys
import threading

import pytest

from mlplatform.core.intent import INTERRUPTED
from mlplatform.core.outcome import Outcome
from mlplatform.core.plan import Action
from mlplatform.flow.check.run_check import load_repository
from mlplatform.flow.progress import SILENT, ProgressReporter
from mlplatform.flow.reconcile.reconcile import reconcile
from mlplatform.flow.status import status
from mlplatform.record.outbox import left_behind
from tests.support.laboratory import SCALER, Laboratory
from tests.support.records import predicate_json

VERSIONS = ["1.0.0", "1.1.0", "1.2.0"]
COMMAND = [sys.executable, "-m", "mlplatform.cli"]


def state_of(lab: Laboratory) -> tuple[str, str]:
    answer = status(lab.place, load_repository(lab.place.git, "HEAD"))["production"][SCALER]
    return answer.state.value, answer.reason


def test_an_apply_goes_on_when_its_reader_leaves(lab: Laboratory) -> None:
    lab.pin("production", "1.1.0")
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        [*COMMAND, "apply", "--env", "production"],
        cwd=lab.root,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
    ) as applying:
        assert applying.stdout
        assert applying.stderr
        assert applying.stdout.readline()
        applying.stdout.close()
        assert applying.stderr.read() == b""
    assert applying.returncode == 0
    assert lab.registry("production").aliases[SCALER] == {"champion": "1.1.0", "previous": "1.0.0"}
    assert state_of(lab) == ("Ready", "")


@pytest.mark.exhaustive
def test_an_apply_that_is_interrupted_is_on_record_at_once_and_nobody_is_blamed(lab: Laboratory) -> None:
    lab.pin("production", "1.2.0")
    repository = load_repository(lab.place.git, "HEAD")
    handler = signal.signal(signal.SIGHUP, signal.default_int_handler)  # as `main` does
    try:
        with pytest.raises(KeyboardInterrupt):
            reconcile(lab.place, repository, "production", _hang_up_at_route())
    finally:
        signal.signal(signal.SIGHUP, handler)
    assert left_behind(lab.place.target.outbox, "production") == ()
    outcomes = predicate_json(next(lab.ledger().newest_first()))["outcomes"]
    assert outcomes[0]["result"] == "applied"
    assert outcomes[-1]["reason"] == INTERRUPTED
    state, reason = state_of(lab)
    assert (state, "was interrupted" in reason, "by hand" in reason) == ("Degraded", True, False)
    assert reconcile(lab.place, repository, "production", SILENT).is_done
    assert state_of(lab) == ("Ready", "")


def _hang_up_at_route() -> ProgressReporter:
    def on_outcome(outcome: Outcome) -> None:
        if outcome.change.action is Action.ROUTE:
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGHUP)

    return ProgressReporter(on_outcome=on_outcome)
