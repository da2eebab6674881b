"""From the journal of an apply to the ledger, through crashes."""

import errno
import os
import subprocess
from pathlib import Path

import pytest

from mlplatform.core.applied import applies
from mlplatform.core.errors import Refusal
from mlplatform.core.hold import holds
from mlplatform.core.intent import INTERRUPTED
from mlplatform.core.outcome import Outcome, Result
from mlplatform.core.plan import Action, Change, Plan
from mlplatform.core.records.deployment import DeploymentPredicate
from mlplatform.core.records.statement import Statement
from mlplatform.providers.git import Git
from mlplatform.record.journal_to_ledger import close_journal
from mlplatform.record.journal_to_ledger import recover_journals as put_on_record
from mlplatform.record.ledger import Ledger, local_ledger
from mlplatform.record.outbox import Journal, left_behind
from tests.support.records import apply_record, run_header

DIGEST = "sha256:" + "b" * 64
ROUTE = Change(Action.ROUTE, "triton", "clinic/tumour", None, {"weights": {DIGEST: 100}, "version": "1.0.0"})
CHAMPION = Change(
    Action.CHAMPION,
    "mlflow",
    "clinic/tumour",
    None,
    {"champion": "1.0.0", "previous": None, "digest": DIGEST},
)
PLAN = Plan.of("production", "0123456789ab", "c" * 40, (ROUTE, CHAMPION))
RUN = run_header()


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    subprocess.run(["git", "init", "-q", "-b", "main", tmp_path / "repo"], check=True)
    return local_ledger(Git(tmp_path / "repo"), "0123456789ab")


@pytest.fixture
def outbox(tmp_path: Path) -> Path:
    return tmp_path / "outbox"


def recover(outbox: Path, environment: str, ledger: Ledger) -> int:
    known = [record.statement for record in ledger.newest_first()][::-1]
    return put_on_record(outbox, environment, ledger, known)


def outcomes(ledger: Ledger) -> list[tuple[str, str]]:
    return [(str(outcome.action), str(outcome.result)) for outcome in newest(ledger).outcomes]


def newest(ledger: Ledger) -> DeploymentPredicate:
    predicate = next(ledger.newest_first()).statement.predicate
    assert isinstance(predicate, DeploymentPredicate)
    return predicate


def test_a_finished_journal_becomes_one_record_and_leaves_the_outbox(ledger: Ledger, outbox: Path) -> None:
    journal = Journal.begin(outbox, PLAN, RUN)
    journal.record_outcome(Outcome(ROUTE, Result.APPLIED))
    journal.record_outcome(Outcome(CHAMPION, Result.FAILED, "the registry is down"))
    close_journal(journal, ledger)
    assert outcomes(ledger) == [("route", "applied"), ("champion", "failed")]
    assert left_behind(outbox, "production") == ()


def test_what_an_interrupted_apply_did_not_say_is_recorded_as_not_attempted(
    ledger: Ledger, outbox: Path
) -> None:
    Journal.begin(outbox, PLAN, RUN).record_outcome(Outcome(ROUTE, Result.APPLIED))
    assert recover(outbox, "production", ledger) == 1
    assert outcomes(ledger) == [("route", "applied"), ("champion", "not-attempted")]
    assert newest(ledger).outcomes[1].reason == INTERRUPTED


def test_half_a_line_is_no_outcome(ledger: Ledger, outbox: Path) -> None:
    journal = Journal.begin(outbox, PLAN, RUN)
    with journal.path.open("a") as file:
        file.write('{"action": "route", "result": {}')
    recover(outbox, "production", ledger)
    assert [result for _, result in outcomes(ledger)] == ["not-attempted", "not-attempted"]


def test_a_crash_before_the_first_line_leaves_nothing_to_record(ledger: Ledger, outbox: Path) -> None:
    outbox.mkdir()
    (outbox / "production-0000.jsonl").touch()
    recover(outbox, "production", ledger)
    assert list(ledger.newest_first()) == []
    assert left_behind(outbox, "production") == ()


def test_a_crash_between_ledger_and_outbox_records_nothing_twice(ledger: Ledger, outbox: Path) -> None:
    journal = Journal.begin(outbox, PLAN, RUN)
    journal.record_outcome(Outcome(ROUTE, Result.APPLIED))
    apply = journal.deployment()
    assert apply is not None
    ledger.append(Statement.of(apply))
    recover(outbox, "production", ledger)
    assert len(list(ledger.newest_first())) == 1
    assert left_behind(outbox, "production") == ()


def test_a_reason_that_is_no_unicode_can_be_recorded(ledger: Ledger, outbox: Path) -> None:
    Journal.begin(outbox, PLAN, RUN).record_outcome(Outcome(ROUTE, Result.FAILED, "no file caf\udce9"))
    recover(outbox, "production", ledger)
    assert newest(ledger).outcomes[0].reason == "no file caf?"


def test_a_plan_that_no_record_can_state_is_refused_before_anything_is_done(outbox: Path) -> None:
    odd = Change(Action.ROUTE, "triton", "clinic/tumour", None, {"weights": "all"})
    with pytest.raises(Refusal, match=r"cannot be recorded, so nothing is done: after\.weights: "):
        Journal.begin(outbox, Plan.of("production", "0123456789ab", "c" * 40, (odd,)), RUN)
    assert not outbox.exists()


def test_another_environments_journal_is_left_alone(ledger: Ledger, outbox: Path) -> None:
    Journal.begin(outbox, PLAN, RUN)
    assert recover(outbox, "development", ledger) == 0
    assert len(left_behind(outbox, "production")) == 1


def test_the_journal_of_an_environment_whose_name_begins_the_same_is_left_alone(
    ledger: Ledger, outbox: Path
) -> None:
    Journal.begin(outbox, Plan.of("production-eu", "0123456789ab", "c" * 40, (ROUTE,)), RUN)
    assert recover(outbox, "production", ledger) == 0
    assert len(left_behind(outbox, "production-eu")) == 1


def test_what_is_recorded_after_a_later_holder_did_its_work_is_marked_as_late(
    ledger: Ledger, outbox: Path
) -> None:
    failed = Journal.begin(outbox, PLAN, run_header(fence=1))
    failed.record_outcome(Outcome(ROUTE, Result.FAILED, "the probe was answered wrongly"))
    later = Journal.begin(outbox.with_name("another"), PLAN, run_header(fence=2))
    for change in (ROUTE, CHAMPION):
        later.record_outcome(Outcome(change, Result.APPLIED))
    close_journal(later, ledger)
    assert recover(outbox, "production", ledger) == 1
    known = [record.statement for record in ledger.newest_first()][::-1]
    assert [apply.late for apply in applies(known, "production")] == [False, True]
    assert holds(known, "production") == {}


def test_what_a_dead_run_of_this_machine_left_is_not_late(ledger: Ledger, outbox: Path) -> None:
    Journal.begin(outbox, PLAN, RUN).record_outcome(Outcome(ROUTE, Result.FAILED, "it broke"))
    recover(outbox, "production", ledger)
    [said] = [record.statement for record in ledger.newest_first()]
    assert not newest(ledger).late
    assert len(holds([said], "production")) == 1


def test_the_statement_names_what_was_touched_by_its_digest(ledger: Ledger, outbox: Path) -> None:
    journal = Journal.begin(outbox, PLAN, RUN)
    journal.record_outcome(Outcome(ROUTE, Result.APPLIED))
    close_journal(journal, ledger)
    assert next(ledger.newest_first()).statement.subjects == {"production/clinic/tumour@1.0.0": DIGEST}


NO_HEADER = b'{"plan": {"environment": "production"}, "changes": []}\n'
GARBAGE = [b"garbage\n", b'{"plan": 1}\n', b"[]\n", b"\xff\n", b"1\n", NO_HEADER]


@pytest.mark.parametrize("content", GARBAGE)
def test_what_is_no_journal_is_refused_by_name_and_kept(ledger: Ledger, outbox: Path, content: bytes) -> None:
    outbox.mkdir()
    odd = outbox / "production-odd.jsonl"
    odd.write_bytes(content)
    with pytest.raises(Refusal, match="cannot be read") as refused:
        recover(outbox, "production", ledger)
    assert refused.value.where == str(odd)
    assert odd.read_bytes() == content


def test_an_outbox_that_cannot_be_written_is_refused_before_anything_is_done(outbox: Path) -> None:
    outbox.write_text("somebody put a file here")
    with pytest.raises(Refusal, match="the outbox cannot be written"):
        Journal.begin(outbox, PLAN, RUN)


def test_a_full_disk_is_a_refusal_that_names_the_journal(
    outbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal.begin(outbox, PLAN, RUN)

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Refusal, match="No space left on device") as refused:
        journal.record_outcome(Outcome(ROUTE, Result.APPLIED))
    assert refused.value.where == str(journal.path)


def test_the_ledger_says_in_a_line_what_failed_and_where(ledger: Ledger, outbox: Path) -> None:
    journal = Journal.begin(outbox, PLAN, RUN)
    journal.record_outcome(Outcome(ROUTE, Result.APPLIED))
    journal.record_outcome(Outcome(CHAMPION, Result.FAILED, "the registry is down"))
    close_journal(journal, ledger)
    ledger.append(apply_record())
    Journal.begin(outbox, PLAN, RUN)
    recover(outbox, "production", ledger)
    subjects = ledger.git.run("log", "--format=%s", ledger.ref).decode().splitlines()
    assert subjects == [
        "deployment interrupted: production/clinic/tumour@1.0.0",
        "deployment: production: nothing to change",
        "deployment failed: production/clinic/tumour@1.0.0",
    ]
