"""A version is made champion only when the registries say that it is as good as its document and the gates ask."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mlplatform.core.naming import Kind
from mlplatform.core.plan import Plan
from mlplatform.core.repository import Repository
from mlplatform.plan.actual import Actual
from mlplatform.plan.plan import plan
from mlplatform.providers.registry.interface import RegisteredVersion
from tests.support.values import (
    actual,
    deployment,
    digest,
    document,
    model,
    registered,
    registry,
    repository,
    served,
    serving,
)

TUMOUR = "clinic/tumour"
GATES = {"auc": {"min": 0.9, "maxDropFromCurrent": 0.01}}
Metrics = Mapping[str, float]


def declared(version: str, metrics: Metrics, gates: Mapping[str, Any] = GATES) -> Repository:
    said = deployment(version, metrics=metrics)
    made = repository({"production": {TUMOUR: said}})
    body = document(Kind.MODEL, TUMOUR, {**model(), "gates": {"production": dict(gates)}})
    return replace(made, models={TUMOUR: body})


def planned(said: Repository, there: Actual) -> Plan:
    return plan(said, "production", "laptop", there)


def coming(*versions: RegisteredVersion, champion: RegisteredVersion | None = None) -> Actual:
    """Integration holds the versions; production runs the champion, where there is one."""
    if champion is None:
        return actual(earlier={"integration": registry(*versions)})
    here = registry(champion, aliases={TUMOUR: {"champion": champion.version}})
    running = serving(served(TUMOUR, champion.version), routed={TUMOUR: champion.version})
    return actual(here, running, {"integration": registry(champion, *versions)})


def made(version: str, **metrics: float) -> RegisteredVersion:
    return registered(TUMOUR, version, metrics=metrics)


def reason(found: Plan) -> str:
    assert found.changes == ()
    (refused,) = found.refused
    assert refused.where.startswith("environments/production/clinic/tumour.yaml:")
    assert refused.fix
    return refused.reason


def test_a_version_that_meets_its_gates_is_promoted() -> None:
    found = planned(
        declared("1.1.0", {"auc": 0.94}), coming(made("1.1.0", auc=0.94), champion=made("1.0.0", auc=0.95))
    )
    assert found.refused == ()
    assert [change.action.value for change in found.changes][:2] == ["copy", "load"]


def test_a_version_below_its_gate_is_refused_before_anything_changes() -> None:
    found = planned(declared("1.0.0", {"auc": 0.89}), coming(made("1.0.0", auc=0.89)))
    assert reason(found) == "auc is 0.89 and the gate asks for at least 0.9 (as registered)"


def test_a_metric_that_nobody_measured_is_refused() -> None:
    found = planned(declared("1.0.0", {}), coming(made("1.0.0")))
    assert "auc has a gate in this environment and is not recorded" in reason(found)


def test_a_measured_metric_that_the_document_leaves_out_is_refused() -> None:
    found = planned(declared("1.0.0", {}), coming(made("1.0.0", auc=0.95)))
    assert "the document leaves it out" in reason(found)


def test_a_metric_without_a_gate_may_be_left_out() -> None:
    found = planned(declared("1.0.0", {"auc": 0.95}), coming(made("1.0.0", auc=0.95, recall=0.1)))
    assert found.refused == ()


def test_a_version_worse_than_the_champion_is_refused() -> None:
    found = planned(
        declared("1.1.0", {"auc": 0.93}), coming(made("1.1.0", auc=0.93), champion=made("1.0.0", auc=0.95))
    )
    assert (
        reason(found)
        == "auc goes from 0.95 to 0.93, and the gate allows a loss of 0.01 (champion 1.0.0, as registered)"
    )


def test_less_is_better_where_a_gate_has_only_a_max() -> None:
    gates = {"rmse": {"max": 65, "maxDropFromCurrent": 1}}
    for rmse, refused in ((50.5, False), (40.0, False), (51.5, True), (66.0, True)):
        there = coming(made("1.1.0", rmse=rmse), champion=made("1.0.0", rmse=50))
        found = planned(declared("1.1.0", {"rmse": rmse}, gates), there)
        assert bool(found.refused) == refused, rmse


def test_a_champion_whose_metric_is_not_known_cannot_be_compared_with() -> None:
    there = coming(made("1.1.0", auc=0.95), champion=made("1.0.0"))
    assert "auc cannot be compared" in reason(planned(declared("1.1.0", {"auc": 0.95}), there))


def test_gates_of_another_environment_are_not_asked() -> None:
    said = declared("1.0.0", {"auc": 0.5})
    body = document(Kind.MODEL, TUMOUR, {**model(), "gates": {"integration": GATES}})
    found = planned(replace(said, models={TUMOUR: body}), coming(made("1.0.0", auc=0.5)))
    assert found.refused == ()


def test_the_version_that_is_champion_is_not_asked_again() -> None:
    poor = made("1.0.0", auc=0.5)
    lost = replace(coming(champion=poor), serving=serving())
    found = planned(declared("1.0.0", {"auc": 0.5}), lost)
    assert found.refused == ()
    assert [change.action.value for change in found.changes] == ["load", "probe", "route"]


def test_a_rollback_to_the_version_before_is_always_open() -> None:
    old, new = made("1.0.0", auc=0.5), made("1.1.0", auc=0.95)
    here = registry(old, new, aliases={TUMOUR: {"champion": "1.1.0", "previous": "1.0.0"}})
    there = actual(here, serving(served(TUMOUR, "1.1.0"), routed={TUMOUR: "1.1.0"}))
    assert planned(declared("1.0.0", {"auc": 0.5}), there).refused == ()


def test_a_rollback_to_what_the_ledger_says_was_champion_is_always_open() -> None:
    there = coming(made("0.9.0", auc=0.5), champion=made("1.1.0", auc=0.95))
    said = declared("0.9.0", {"auc": 0.5})
    assert "as registered" in reason(planned(said, there))
    known = replace(there, champions={TUMOUR: frozenset({digest("0.9.0")})})
    assert planned(said, known).refused == ()


def test_another_digest_in_the_environment_that_it_is_from_is_refused() -> None:
    held = registered(TUMOUR, "1.0.0", metrics={"auc": 0.95})
    there = actual(
        registry(held),
        earlier={"integration": registry(replace(held, ref=replace(held.ref, digest=digest("6.6.6"))))},
    )
    assert "the registry of integration holds" in reason(planned(declared("1.0.0", {"auc": 0.95}), there))


def test_other_metrics_in_the_environment_that_it_is_from_are_refused() -> None:
    there = actual(
        registry(made("1.0.0", auc=0.95)), earlier={"integration": registry(made("1.0.0", auc=0.91))}
    )
    found = planned(declared("1.0.0", {"auc": 0.95}), there)
    assert reason(found) == "the document says auc 0.95 and the registry of integration says 0.91"


def test_all_that_is_not_met_is_said_at_once() -> None:
    gates = {"auc": {"min": 0.9}, "rmse": {"max": 10}}
    said = declared("1.0.0", {"auc": 0.1, "rmse": 20}, gates)
    text = reason(planned(said, coming(made("1.0.0", auc=0.1, rmse=20))))
    assert "auc is 0.1" in text
    assert "rmse is 20" in text
