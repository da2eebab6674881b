"""Each change of an environment has an apply that answered it, or a reason why not; each apply is of a main commit."""

from typing import Any

import pytest

from mlplatform.core.outcome import Outcome, Result
from mlplatform.core.plan import Action, Change
from mlplatform.core.records.deployment import DeploymentPredicate
from mlplatform.record.verify.deployments import (
    EnvironmentChange,
    RecordedApply,
    deployment_problems,
    environment_changes,
    reconciled,
)
from tests.support.records import apply_record
from tests.support.values import digest

MODEL, PATH = "clinic/tumour", "environments/production/clinic/tumour.yaml"
MAIN = [f"{number:040x}" for number in range(5)]
PLACES = {commit: place for place, commit in enumerate(MAIN)}
REFUSAL = {"resource": MODEL, "reason": "it is on hold", "fix": "retry", "where": PATH, "held": True}


def champion(result: Result = Result.APPLIED, model: str = MODEL) -> Outcome:
    after = {"champion": "1.0.0", "previous": None, "digest": digest("1.0.0")}
    return Outcome(Change(Action.CHAMPION, "mlflow", model, None, after), result, "")


def apply(place: int, *outcomes: Outcome, **keys: Any) -> RecordedApply:
    predicate = apply_record(outcomes=outcomes, commit=MAIN[place], **keys).predicate
    assert isinstance(predicate, DeploymentPredicate)
    return RecordedApply(f"record-{place}", predicate)


def became(*applies: RecordedApply, place: int = 2, expected: bool = True) -> tuple[str, str | None]:
    change = EnvironmentChange(MAIN[place], "production", PATH)
    (answer,) = reconciled([change], applies, PLACES, {"production": expected})
    return answer.became, answer.record


def test_the_deployments_of_a_commit_are_changes_of_their_environments() -> None:
    paths = [PATH, "environments/production/environment.yaml", "README.md"]
    assert list(environment_changes(MAIN[0], paths)) == [EnvironmentChange(MAIN[0], "production", PATH)]


def test_a_change_is_answered_by_the_first_apply_of_a_commit_that_contains_it() -> None:
    assert became(apply(1, champion()), apply(3, champion()), apply(4, champion())) == ("applied", "record-3")


def test_an_apply_that_was_about_other_models_found_nothing_to_do() -> None:
    assert became(apply(2, champion(model="postal/digits"))) == ("nothing-to-do", "record-2")


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (apply(2, champion(Result.FAILED)), "failed"),
        (apply(2, champion(Result.NOT_ATTEMPTED)), "failed"),
        (apply(2, refused=[REFUSAL]), "refused"),
    ],
)
def test_a_change_that_was_not_applied_has_the_reason(answer: RecordedApply, state: str) -> None:
    assert became(answer) == (state, "record-2")


def test_what_nothing_has_applied_yet_is_open() -> None:
    assert became(apply(1, champion())) == ("open", None)
    assert became(apply(2, champion(), late=True)) == ("open", None)


def test_a_local_environment_is_applied_elsewhere_than_on_the_companys_ledger() -> None:
    assert became(expected=False) == ("elsewhere", None)


def test_an_apply_of_a_commit_that_main_does_not_have_is_found() -> None:
    stray = RecordedApply("record", apply_record(outcomes=[champion()], commit="f" * 40).predicate)  # type: ignore[arg-type]
    (problem,) = deployment_problems([apply(1, champion()), stray], PLACES)
    assert (problem.commit, problem.kind.value) == ("record", "deployment-without-change")
