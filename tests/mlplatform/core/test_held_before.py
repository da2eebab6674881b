"""A job can tell that its own change failed from another tenant's version that was on hold before."""

from collections.abc import Sequence
from dataclasses import replace

from mlplatform.core.held_before import held_before
from mlplatform.core.hold import Hold, Holds, holds
from mlplatform.core.plan import Plan, Refused
from mlplatform.core.reconciled import Reconciled
from mlplatform.core.records.statement import Statement
from mlplatform.report.change import reconciled_json, reconciled_text
from tests.mlplatform.core.test_hold import FAILED, TUMOUR, applied
from tests.support.records import plan_record
from tests.support.values import COMMIT

MINE, NEXT = "e" * 40, "f" * 40
ON_HOLD = Refused(
    TUMOUR, "1.1.0 is on hold since then: load: it broke", "retry it", "t.yaml:1:1", is_on_hold=True
)
REFUSED = Refused("reading/recommender", "its gate is missed", "", "r.yaml:1:1")


def unchanged(commit: str, *refused: Refused) -> Statement:
    """An apply that had nothing to change."""
    return plan_record(Plan.of("production", "laptop", commit, (), refused))


def before(
    ledger: Sequence[Statement], commit: str, *refused: Refused, held: Holds | None = None
) -> set[str]:
    return set(
        held_before(ledger, "production", commit, refused or (ON_HOLD,), held or holds(ledger, "production"))
    )


def test_what_failed_at_an_earlier_commit_is_no_failure_of_this_one() -> None:
    assert before([FAILED], MINE) == {TUMOUR}
    assert before([FAILED, unchanged(MINE, ON_HOLD)], MINE) == {TUMOUR}
    assert before([FAILED, unchanged(MINE, ON_HOLD)], NEXT) == {TUMOUR}


def test_what_failed_at_this_commit_is_its_failure_however_often_it_is_applied() -> None:
    assert before([FAILED], COMMIT) == set()
    assert before([unchanged(MINE), FAILED, unchanged(COMMIT, ON_HOLD)], COMMIT) == set()


def test_what_failed_before_and_was_changed_and_failed_again_is_a_failure_of_this_commit() -> None:
    again = applied("failed", "not-attempted", "not-attempted", commit=MINE)
    assert before([FAILED, again], MINE) == set()
    assert before([FAILED, again], NEXT) == {TUMOUR}


def test_another_environments_failure_and_another_refusal_say_nothing() -> None:
    elsewhere = applied("failed", "not-attempted", "not-attempted", environment="integration")
    assert before([elsewhere], MINE) == set()
    assert before([FAILED], MINE, replace(ON_HOLD, is_on_hold=False), REFUSED) == set()


def test_what_somebody_holds_on_purpose_was_so_before() -> None:
    hold = Hold("production", TUMOUR, "1.1.0", "sha256:1", "", {}, "wrong", "", lasting=True)
    assert before([unchanged(COMMIT)], MINE, held={(TUMOUR, "sha256:1"): hold}) == {TUMOUR}


def test_an_apply_is_done_though_anothers_version_is_still_on_hold_and_says_so() -> None:
    plan = Plan.of("production", "laptop", MINE, (), (ON_HOLD,))
    done = Reconciled(plan, (), held_before=frozenset({TUMOUR}))
    assert done.is_done
    assert "still on hold, as before this change: t.yaml:1:1: 1.1.0 is on hold" in reconciled_text(done)
    assert (reconciled_json(done)["done"], reconciled_json(done)["heldBefore"]) == (True, [TUMOUR])
    assert not Reconciled(plan, ()).is_done
    both = replace(done, plan=Plan.of("production", "laptop", MINE, (), (ON_HOLD, REFUSED)))
    assert not both.is_done
