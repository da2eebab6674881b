"""What a machine of a shared target leaves on the ledger, so that others know when it never comes back."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from mlplatform.core.applied import applies, last_applied
from mlplatform.core.errors import Refusal
from mlplatform.core.hold import holds
from mlplatform.core.intent import INTERRUPTED, unfinished
from mlplatform.core.outcome import Outcome, Result
from mlplatform.core.plan import Action, Change, Plan
from mlplatform.core.records.deployment import DeploymentPredicate
from mlplatform.core.records.statement import Statement
from mlplatform.core.records.table import short_name
from mlplatform.providers.git import Git
from mlplatform.record.journal_to_ledger import announce_holds, begin_journal, close_journal, recover_journals
from mlplatform.record.ledger import Ledger, shared_ledger
from tests.support.records import candidate, run_header

DIGEST = "sha256:" + "b" * 64
SCALER, TUMOUR = "clinic/scaler", "clinic/tumour"
CHANGES = tuple(
    Change(Action.LOAD, "triton", model, None, candidate("1.0.0", DIGEST)) for model in (SCALER, TUMOUR)
)
PLAN = Plan.of("production", "0123456789ab", "c" * 40, CHANGES)


@dataclass(frozen=True)
class Machine:
    ledger: Ledger
    outbox: Path

    def known(self) -> list[Statement]:
        self.ledger.sync()
        return [record.statement for record in self.ledger.newest_first()][::-1]

    def recover(self) -> int:
        return recover_journals(self.outbox, "production", self.ledger, self.known())


@pytest.fixture
def machines(tmp_path: Path) -> tuple[Machine, Machine]:
    subprocess.run(["git", "init", "-q", "--bare", tmp_path / "remote"], check=True)
    for name in ("one", "two"):
        subprocess.run(
            ["git", "clone", "-q", tmp_path / "remote", tmp_path / name], check=True, capture_output=True
        )
    one, two = (
        Machine(shared_ledger(Git(tmp_path / name), "origin"), tmp_path / name / "outbox")
        for name in ("one", "two")
    )
    return one, two


def test_an_apply_that_was_begun_elsewhere_and_never_ended_is_on_record(
    machines: tuple[Machine, Machine],
) -> None:
    lost, other = machines
    begin_journal(lost.outbox, PLAN, run_header(fence=1), lost.ledger).record_outcome(
        Outcome(CHANGES[0], Result.APPLIED)
    )
    assert len(unfinished(other.known(), "production")) == 1
    assert other.recover() == 1
    apply = other.known()[-1].predicate
    assert isinstance(apply, DeploymentPredicate)
    assert {outcome.reason for outcome in apply.outcomes} == {INTERRUPTED}
    last = last_applied(other.known(), "production")
    assert last
    assert last.commit == PLAN.commit
    assert other.recover() == 0, "once is enough"


def test_what_the_lost_machine_knew_is_added_when_it_comes_back_and_stands_for_nothing(
    machines: tuple[Machine, Machine],
) -> None:
    lost, other = machines
    journal = begin_journal(lost.outbox, PLAN, run_header(fence=1), lost.ledger)
    journal.record_outcome(Outcome(CHANGES[0], Result.FAILED, "no room"))
    other.recover()
    begin_journal(other.outbox, PLAN, run_header(fence=2), other.ledger)
    assert lost.recover() == 2, "its own, and that of the other one, which never ended either"
    late = next(apply for apply in applies(lost.known(), "production") if apply.late)
    assert late.outcomes[0].reason == "no room"
    assert holds(lost.known(), "production") == {}
    assert list(lost.outbox.iterdir()) == []
    assert lost.recover() == 0


def test_a_version_that_failed_is_on_hold_everywhere_before_its_apply_has_ended(
    machines: tuple[Machine, Machine],
) -> None:
    one, other = machines
    journal = begin_journal(one.outbox, PLAN, run_header(fence=1), one.ledger)
    journal.record_outcome(Outcome(CHANGES[0], Result.FAILED, "no room"))
    announce_holds(journal, "production", SCALER, one.ledger)
    assert [(model, found.reason) for (model, _), found in holds(other.known(), "production").items()] == [
        (SCALER, "load: no room")
    ]
    other.recover()
    assert len(holds(other.known(), "production")) == 1, "that nothing more is known lifts no hold"


def test_each_failure_is_said_once(machines: tuple[Machine, Machine]) -> None:
    one, other = machines
    journal = begin_journal(one.outbox, PLAN, run_header(), one.ledger)
    for change in CHANGES:
        journal.record_outcome(Outcome(change, Result.FAILED, "no room"))
        announce_holds(journal, "production", change.resource, one.ledger)
    close_journal(journal, one.ledger)
    kinds = [short_name(record.predicate.predicate_type) for record in other.known()]
    assert kinds == ["intent", "hold", "hold", "deployment"]


def test_nothing_is_begun_that_the_others_cannot_be_told_of(
    machines: tuple[Machine, Machine], tmp_path: Path
) -> None:
    one, _ = machines
    (tmp_path / "remote").rename(tmp_path / "elsewhere")
    with pytest.raises(Refusal, match="cannot be reached"):
        begin_journal(one.outbox, PLAN, run_header(), one.ledger)
    assert list(one.outbox.iterdir()) == []


def test_a_failure_that_the_others_cannot_be_told_of_waits_for_the_end(
    machines: tuple[Machine, Machine], tmp_path: Path
) -> None:
    one, other = machines
    journal = begin_journal(one.outbox, PLAN, run_header(), one.ledger)
    journal.record_outcome(Outcome(CHANGES[0], Result.FAILED, "no room"))
    (tmp_path / "remote").rename(tmp_path / "elsewhere")
    announce_holds(journal, "production", SCALER, one.ledger)
    (tmp_path / "elsewhere").rename(tmp_path / "remote")
    close_journal(journal, one.ledger)
    assert len(holds(other.known(), "production")) == 1
