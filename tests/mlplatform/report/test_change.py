"""What `platform plan` and `platform apply` print."""

from mlplatform.core.outcome import Outcome, Result
from mlplatform.core.reconciled import Reconciled
from mlplatform.plan.plan import plan
from mlplatform.report.change import outcome_text, plan_text, reconciled_text
from tests.support.values import actual, deployment, registered, registry, repository, served, serving

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
        "  clinic/tumour  copy the bytes from integration (mlflow)",
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
    assert "refused: environments/production/clinic/tumour.yaml:1:1: no registry holds" in text
    assert "platform register clinic/tumour 1.1.0" in text


def test_a_failed_outcome_says_why() -> None:
    said = outcome_text(Outcome(NEW.changes[1], Result.FAILED, "Triton does not answer"))
    assert said == "  ✗ clinic/tumour  load 1.1.0 (triton) failed: Triton does not answer"


def test_the_end_of_an_apply_counts_its_outcomes() -> None:
    outcomes = [Outcome(change, Result.APPLIED) for change in NEW.changes[:3]]
    outcomes.append(Outcome(NEW.changes[3], Result.FAILED, "x"))
    assert (
        reconciled_text(Reconciled(NEW, tuple(outcomes))) == "production at cccccccccccc: 3 applied, 1 failed"
    )
