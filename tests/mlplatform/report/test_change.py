"""What `platform plan` and `platform apply` print."""

from typing import Any

from mlplatform.core.hold import Hold
from mlplatform.core.outcome import Outcome, Result
from mlplatform.core.plan import Action, Change
from mlplatform.core.reconciled import Reconciled, Reverted
from mlplatform.plan.plan import plan
from mlplatform.report.change import change_text, outcome_text, plan_text, reconciled_text, reverted_text
from tests.support.values import (
    actual,
    deployment,
    digest,
    registered,
    registry,
    repository,
    served,
    serving,
)

TUMOUR = "clinic/tumour"
NEW = plan(
    repository({"production": {TUMOUR: deployment("1.1.0")}}),
    "production",
    "laptop",
    actual(
        registry(registered(TUMOUR, "1.0.0"), aliases={TUMOUR: {"champion": "1.0.0"}}),
        serving(served(TUMOUR, "1.0.0"), routed={TUMOUR: "1.0.0"}),
        {"integration": registry(registered(TUMOUR, "1.1.0"))},
    ),
)
NOTHING = plan(repository({}), "production", "laptop", actual())
REFUSED = plan(repository({"production": {TUMOUR: deployment("1.1.0")}}), "production", "laptop", actual())


def test_a_plan_is_a_line_a_change_and_its_digest() -> None:
    assert plan_text(NEW).splitlines() == [
        "production at cccccccccccc: 5 changes",
        "  clinic/tumour  copy the artifact from integration (mlflow)",
        "  clinic/tumour  load 1.1.0 (triton)",
        "  clinic/tumour  probe 1.1.0 (triton)",
        "  clinic/tumour  route 1.0.0 → 1.1.0 (triton)",
        "  clinic/tumour  champion 1.0.0 → 1.1.0 (mlflow)",
        f"plan {NEW.digest}",
    ]


def test_a_plan_without_changes_says_so() -> None:
    assert plan_text(NOTHING) == "production at cccccccccccc: no changes"


def test_a_refused_deployment_is_shown_with_its_place_and_what_to_do() -> None:
    text = plan_text(REFUSED)
    assert (
        "refused: environments/production/clinic/tumour.yaml:1:1: clinic/tumour 1.1.0 is promoted from"
        in text
    )
    assert "platform apply --env integration" in text


def test_a_failed_outcome_says_why() -> None:
    said = outcome_text(Outcome(NEW.changes[1], Result.FAILED, "Triton does not answer"))
    assert said == "  ✗ clinic/tumour  load 1.1.0 (triton) failed: Triton does not answer"


def test_each_way_in_which_a_change_can_end_has_its_own_sign() -> None:
    said = [outcome_text(Outcome(NEW.changes[1], result)).split()[0] for result in Result]
    assert len(set(said)) == len(Result)


def test_a_champion_that_stays_is_not_shown_as_moved() -> None:
    def shown(before: dict[str, Any], previous: str) -> str:
        after = {"champion": "1.1.0", "previous": previous, "digest": digest("1.1.0")}
        return change_text(Change(Action.CHAMPION, "mlflow", TUMOUR, {"champion": "1.1.0", **before}, after))

    stage = {"version": "1.1.0", "found": "Archived", "right": "Production"}
    staged = shown({"previous": "1.0.0", "stage": stage}, "1.0.0")
    assert staged == "clinic/tumour  stage Archived → Production of 1.1.0 (mlflow)"
    assert shown({"previous": "0.9.0"}, "1.0.0") == "clinic/tumour  previous 0.9.0 → 1.0.0 (mlflow)"


def test_a_version_on_hold_is_shown_with_the_branch_and_the_command_after_its_merge() -> None:
    hold = Hold("production", TUMOUR, "1.1.0", digest("1.1.0"), "", {}, "load: no room", "today")
    text = reverted_text(Reverted(hold, "rollback/production/clinic.tumour-1.0.0"))
    assert text.endswith("reverts it: merge it, then platform apply --env production")


def test_the_end_of_an_apply_counts_its_outcomes() -> None:
    outcomes = [Outcome(change, Result.APPLIED) for change in NEW.changes[:3]]
    outcomes.append(Outcome(NEW.changes[3], Result.FAILED, "x"))
    assert (
        reconciled_text(Reconciled(NEW, tuple(outcomes))) == "production at cccccccccccc: 3 applied, 1 failed"
    )
