"""One word for how declared and actual stand."""

from dataclasses import replace

import pytest

from mlplatform.core.finding import error
from mlplatform.core.hold import Hold, documents_digest
from mlplatform.observe.status import DeploymentState, DeploymentStatus, EnvironmentView, environment_status
from mlplatform.providers.serving.interface import Observation
from tests.support.values import deployment, digest, repository, served, serving

TUMOUR = "clinic/tumour"
DECLARED = repository({"production": {TUMOUR: deployment("1.0.0")}})


def seen(there: Observation | None, *, applying: bool = False, **more: dict[str, str]) -> EnvironmentView:
    unreachable = "" if there else "Triton does not answer"
    batch = {name: (v, digest(v)) for name, v in more.get("batch", {}).items()}
    urls = {TUMOUR: "http://127.0.0.1:1/"}
    return EnvironmentView(there, unreachable, applying, more.get("failures", {}), urls, batch)


def status(there: EnvironmentView) -> DeploymentStatus:
    return environment_status(DECLARED, "production", there)[TUMOUR]


def test_the_declared_version_that_answers_is_ready() -> None:
    found = status(seen(serving(served(TUMOUR, "1.0.0"), routed={TUMOUR: "1.0.0"})))
    assert (found.state, found.reason, found.actual.version) == (DeploymentState.READY, "", "1.0.0")


def test_a_routed_version_that_cannot_answer_is_degraded_and_says_why() -> None:
    found = status(seen(serving(served(TUMOUR, "1.0.0", ready=False), routed={TUMOUR: "1.0.0"})))
    assert (found.state, found.reason) == (DeploymentState.DEGRADED, "it is still loading")


def test_an_unreachable_server_is_degraded_and_never_ready() -> None:
    found = status(seen(None))
    assert (found.state, found.reason) == (DeploymentState.DEGRADED, "Triton does not answer")


def test_routes_that_would_not_outlive_a_restart_are_degraded() -> None:
    there = serving(served(TUMOUR, "1.0.0"), routed={TUMOUR: "1.0.0"})
    found = status(seen(replace(there, route_error="the route file is gone")))
    assert (found.state, found.reason) == (DeploymentState.DEGRADED, "the route file is gone")


def test_nothing_routed_is_missing() -> None:
    assert status(seen(serving())).state is DeploymentState.MISSING


def test_another_version_than_declared_is_drifted_with_both_named() -> None:
    found = status(seen(serving(served(TUMOUR, "0.9.0"), routed={TUMOUR: "0.9.0"})))
    assert (found.state, found.reason) == (DeploymentState.DRIFTED, "0.9.0 answers and 1.0.0 is declared")


def test_documents_that_lack_what_was_applied_are_outdated_and_nothing_drifted() -> None:
    lacking = "the branch at 0123 lacks 1 commit that production runs: 4567"
    newer = seen(serving(served(TUMOUR, "1.1.0"), routed={TUMOUR: "1.1.0"}))
    found = status(replace(newer, lacking=lacking))
    assert found.state is DeploymentState.OUTDATED
    assert found.reason == f"1.1.0 answers and 1.0.0 is declared: {lacking}; look with `--rev main`"
    by_hand = replace(newer, lacking=lacking, drifted={TUMOUR: "its route was changed"})
    assert status(by_hand).state is DeploymentState.DRIFTED


def test_while_an_apply_is_at_work_the_difference_is_progress() -> None:
    assert status(seen(serving(), applying=True)).state is DeploymentState.PROGRESSING


def test_the_reason_of_the_last_failed_apply_is_said() -> None:
    assert "probe: wrong shape" in status(seen(serving(), failures={TUMOUR: "probe: wrong shape"})).reason


def test_a_blocked_tenant_is_blocked_whatever_runs() -> None:
    finding = error("schema-type", "tenants/clinic/tenant.yaml", "owners is missing", at=(3, 1))
    blocked = repository({"production": {TUMOUR: deployment("1.0.0")}}, blocked_tenants={"clinic": finding})
    there = seen(serving(served(TUMOUR, "1.0.0"), routed={TUMOUR: "1.0.0"}))
    found = environment_status(blocked, "production", there)[TUMOUR]
    assert (found.state, found.reason) == (
        DeploymentState.BLOCKED,
        "tenants/clinic/tenant.yaml:3:1: owners is missing",
    )


def test_what_is_served_and_not_declared_is_shown_as_drifted() -> None:
    there = seen(serving(served("clinic/old", "3.0.0"), routed={"clinic/old": "3.0.0"}))
    found = environment_status(repository({}), "production", there)["clinic/old"]
    assert (found.desired, found.state) == (None, DeploymentState.DRIFTED)


@pytest.mark.parametrize(
    ("champions", "state"),
    [({TUMOUR: "1.0.0"}, DeploymentState.READY), ({}, DeploymentState.MISSING)],
    ids=["applied", "never"],
)
def test_a_batch_model_is_ready_when_its_champion_is_the_declared_version(
    champions: dict[str, str], state: DeploymentState
) -> None:
    declared = repository({"production": {TUMOUR: deployment("1.0.0")}}, kinds={TUMOUR: "batch"})
    found = environment_status(declared, "production", seen(serving(), batch=champions))[TUMOUR]
    assert found.state is state


def test_a_version_on_hold_is_held_and_says_why_and_what_answers() -> None:
    declared = repository({"production": {TUMOUR: deployment("1.1.0")}})
    documents = documents_digest(declared, "production", TUMOUR)
    hold = Hold("production", TUMOUR, "1.1.0", digest("1.1.0"), documents, {}, "probe: wrong shape", "today")
    there = serving(served(TUMOUR, "1.0.0"), routed={TUMOUR: "1.0.0"})
    found = environment_status(
        declared, "production", replace(seen(there), holds={(TUMOUR, digest("1.1.0")): hold})
    )[TUMOUR]
    assert found.state is DeploymentState.HELD
    assert found.reason == "1.1.0 is on hold since today: probe: wrong shape; 1.0.0 answers"
