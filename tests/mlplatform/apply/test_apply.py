"""What apply makes of a plan, with providers that can be told to fail. The real ones are in test_survives.py."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pytest

from mlplatform.apply.apply import apply
from mlplatform.apply.context import ApplyContext
from mlplatform.apply.steps import STEPS as STEPS_OF_APPLY
from mlplatform.core.errors import Refusal
from mlplatform.core.outcome import Outcome, Result
from mlplatform.core.payload import ArtifactRef
from mlplatform.core.plan import Action, Change, Plan
from mlplatform.plan.plan import plan
from mlplatform.providers.registry.interface import (
    Lineage,
    RegisteredVersion,
    RegistryState,
    TrainingRun,
)
from mlplatform.providers.serving.interface import Candidate, Observation, Pending, Ready, ServingError
from tests.support.values import COMMIT, actual, deployment, digest, registered, registry, repository

DIGITS, TUMOUR = "postal/digits", "clinic/tumour"
PINNED = {DIGITS: "2.0.0", TUMOUR: "1.0.0"}
STEPS = ["copy", "load", "probe", "route", "champion"]


@dataclass
class Told:
    """What the providers were told, in order, and which step of which model breaks, how."""

    calls: list[tuple[str, str]] = field(default_factory=list)
    breaks: Mapping[tuple[str, str], Exception] = field(default_factory=dict)
    pending: int = 0
    fence: int = 0
    is_lost_after: int = 10**6

    def require(self) -> None:
        """The lease, which another run takes after so many steps."""
        if len(self.calls) >= self.is_lost_after:
            raise Refusal("another run holds production")

    def hear(self, step: str, model: str) -> None:
        self.calls.append((step, model))
        if (step, model) in self.breaks:
            raise self.breaks[step, model]

    def answer(self) -> Ready | Pending:
        self.pending -= 1
        return Pending("it takes a moment") if self.pending >= 0 else Ready()


@dataclass
class Store:
    """A registry in memory."""

    told: Told
    state: dict[str, dict[str, RegisteredVersion]] = field(default_factory=dict)
    name: str = "memory"

    def read(self) -> RegistryState:
        return RegistryState(self.state, {})

    def run(self, run_id: str) -> TrainingRun:
        raise AssertionError("an apply reads no training run")

    def add(
        self,
        model: str,
        version: str,
        source: ArtifactRef,
        lineage: Lineage,
        *,
        change: str | None = None,
        approved_by: tuple[str, ...] = (),
    ) -> RegisteredVersion:
        self.told.hear("copy", model)
        here = ArtifactRef(f"memory://{model}", source.digest)
        added = RegisteredVersion(model, version, here, lineage, change, approved_by)
        self.state.setdefault(model, {})[version] = added
        return added

    def set_aliases(self, model: str, champion: str | None, previous: str | None) -> None:
        self.told.hear("champion" if champion == PINNED[model] else "champion back", model)

    def prepare(self) -> None:
        raise AssertionError("an apply prepares nothing")

    def training_environment(self, model: str) -> Mapping[str, str]:
        raise AssertionError("an apply trains nothing")


@dataclass
class Server:
    """A serving provider in memory."""

    told: Told
    loaded: list[Candidate] = field(default_factory=list)
    routed: dict[str, dict[str, int]] = field(default_factory=dict)
    name: str = "memory"

    def observe(self) -> Observation:
        raise AssertionError("an apply observes through its plan")

    def ensure(self, candidate: Candidate) -> Ready | Pending:
        self.told.hear("load", candidate.model)
        self.loaded.append(candidate)
        return self.told.answer()

    def probe(self, candidate: Candidate) -> None:
        self.told.hear("probe", candidate.model)

    def route(self, model: str, weights: Mapping[str, int]) -> Ready | Pending:
        self.routed[model] = dict(weights)
        self.told.hear("route" if weights.get(digest(PINNED[model])) else "route back", model)
        return Ready()

    def retire(self, model: str, digest: str) -> Ready | Pending:
        self.told.hear("retire", model)
        return Ready()

    def url(self, model: str) -> str:
        return ""


def made() -> Plan:
    pins = {DIGITS: deployment("2.0.0"), TUMOUR: deployment("1.0.0")}
    held = registry(registered(DIGITS, "2.0.0"), registered(TUMOUR, "1.0.0"))
    return plan(
        repository({"production": pins}), "production", "laptop", actual(earlier={"integration": held})
    )


def applied(
    told: Told, planned: Plan | None = None
) -> tuple[tuple[Outcome, ...], list[Outcome], Store, Server]:
    store, server, heard = Store(told), Server(told), list[Outcome]()
    hands = ApplyContext(store, server, COMMIT, {TUMOUR: ("ada",)}, told, told)
    return apply(planned or made(), hands, heard.append), heard, store, server


def results(outcomes: tuple[Outcome, ...], model: str) -> list[str]:
    return [outcome.result.value for outcome in outcomes if outcome.change.resource == model]


def test_changes_are_made_in_the_plans_order_and_each_has_an_outcome() -> None:
    told = Told()
    outcomes, heard, _, _ = applied(told)
    assert told.calls == [(step, model) for model in (TUMOUR, DIGITS) for step in STEPS]
    assert {outcome.result for outcome in outcomes} == {Result.APPLIED}
    assert list(outcomes) == heard


def test_the_copied_version_carries_commit_and_approvals() -> None:
    _, _, store, server = applied(Told())
    added = store.state[TUMOUR]["1.0.0"]
    assert (added.change, added.approved_by) == (COMMIT, ("ada",))
    assert server.loaded[0].ref == added.ref


@pytest.mark.parametrize("step", STEPS)
def test_a_failure_puts_its_deployment_back_and_leaves_its_neighbours_alone(step: str) -> None:
    told = Told(breaks={(step, TUMOUR): ServingError("the server is down")})
    outcomes, heard, _, _ = applied(told)
    at = STEPS.index(step)
    done = {"copy": "applied", "load": "restored", "probe": "applied", "route": "restored"}
    ends = [done[before] for before in STEPS[:at]] + ["failed"] + ["not-attempted"] * (4 - at)
    assert results(outcomes, TUMOUR) == ends
    assert results(outcomes, DIGITS) == ["applied"] * 5
    assert outcomes[at].reason == "the server is down"
    assert {(o.change.action, o.change.resource): o for o in heard} == {
        (o.change.action, o.change.resource): o for o in outcomes
    }


def test_traffic_goes_back_first_then_the_aliases_then_the_memory() -> None:
    told = Told(breaks={("champion", TUMOUR): ServingError("the registry is down")})
    applied(told)
    mine = [step for step, model in told.calls if model == TUMOUR]
    assert mine == [*STEPS, "route back", "champion back", "retire"]


def test_what_cannot_be_put_back_is_said_and_the_rest_is_put_back_all_the_same() -> None:
    down = ServingError("the registry is down")
    told = Told(breaks={("champion", TUMOUR): down, ("champion back", TUMOUR): down})
    outcomes, _, _, _ = applied(told)
    assert results(outcomes, TUMOUR) == ["applied", "restored", "applied", "restored", "failed"]
    assert outcomes[4].reason == (
        "the registry is down; restoring its champion failed too: the registry is down"
    )


def test_a_step_of_a_rollout_that_fails_puts_back_what_the_steps_before_it_did() -> None:
    whole, told = made(), Told()
    half = {"weights": {digest("1.0.0"): 50, digest("0.9.0"): 50}, "version": "1.0.0"}
    route = next(c for c in whole.changes if (c.resource, c.action) == (TUMOUR, Action.ROUTE))
    at = whole.changes.index(route)
    first = replace(route, before={"weights": {digest("0.9.0"): 100}, "version": "0.9.0"}, after=half)
    changes = (*whole.changes[:at], first, replace(route, before=half), *whole.changes[at + 1 :])
    staged = Plan.of(whole.environment, whole.target, whole.commit, changes)

    def abort_at_all(change: Change, hands: ApplyContext) -> None:
        if change.before == half:
            raise Refusal("error rate 3 % is above 1 %")
        STEPS_OF_APPLY[Action.ROUTE](change, hands)

    store, server, heard = Store(told), Server(told), list[Outcome]()
    hands = ApplyContext(store, server, COMMIT, {TUMOUR: ("ada",)}, told, told)
    outcomes = apply(staged, hands, heard.append, {**STEPS_OF_APPLY, Action.ROUTE: abort_at_all})
    ends = ["applied", "restored", "applied", "restored", "failed", "not-attempted"]
    assert results(outcomes, TUMOUR) == ends
    assert server.routed[TUMOUR] == {digest("0.9.0"): 100}


def test_what_another_run_did_after_the_lease_was_lost_is_not_put_back() -> None:
    told = Told(breaks={("champion", TUMOUR): ServingError("the registry is down")}, is_lost_after=5)
    with pytest.raises(Refusal, match="another run holds production"):
        applied(told)
    assert told.calls == [(step, TUMOUR) for step in STEPS]


def test_a_lease_that_was_lost_during_a_step_is_told_with_the_step() -> None:
    told = Told(is_lost_after=5)
    with pytest.raises(Refusal, match="while this run made the champion of clinic/tumour") as lost:
        applied(told)
    assert "apply again" in lost.value.fix
    assert told.calls == [(step, TUMOUR) for step in STEPS]


def test_traffic_of_servers_of_this_machine_is_put_back_though_nobody_can_be_asked_for_the_lease() -> None:
    told = Told(breaks={("champion", TUMOUR): ServingError("the registry is down")}, is_lost_after=5)
    store, server, heard = Store(told), Server(told), list[Outcome]()
    with pytest.raises(Refusal, match="another run holds production"):
        apply(made(), ApplyContext(store, server, COMMIT, {TUMOUR: ("ada",)}, told, Told()), heard.append)
    assert told.calls[len(STEPS) :] == [("route back", TUMOUR), ("retire", TUMOUR)]
    assert "restoring its champion failed too: another run holds production" in heard[-1].reason


def test_a_lease_that_is_lost_ends_the_run_before_the_next_step() -> None:
    told = Told(is_lost_after=2)
    with pytest.raises(Refusal, match="another run holds production"):
        applied(told)
    assert told.calls == [("copy", TUMOUR), ("load", TUMOUR)]


def test_an_unforeseen_error_is_an_outcome_too() -> None:
    outcomes, _, _, _ = applied(Told(breaks={("load", TUMOUR): KeyError("oops")}))
    assert "KeyError" in outcomes[1].reason
    assert results(outcomes, DIGITS) == ["applied"] * 5


def test_a_pending_step_is_asked_again_until_it_is_ready() -> None:
    told = Told(pending=3)
    outcomes, _, _, _ = applied(told)
    assert told.calls.count(("load", TUMOUR)) == 4
    assert outcomes[1].result is Result.APPLIED


def test_a_step_that_stays_pending_fails_at_its_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mlplatform.apply.steps.DEADLINE_SECONDS", 0.05)
    outcomes, _, _, _ = applied(Told(pending=10**6))
    assert "gave up waiting for clinic/tumour 1.0.0 to load" in outcomes[1].reason
    assert "it takes a moment" in outcomes[1].reason


def test_a_plan_that_was_edited_is_refused_before_anything_happens() -> None:
    told = Told()
    edited = replace(made(), environment="integration")
    with pytest.raises(Refusal, match="was changed after it was made"):
        applied(told, edited)
    assert told.calls == []


def test_a_plan_of_another_commit_is_refused_before_anything_happens() -> None:
    told = Told()
    whole = made()
    other = Plan.of(whole.environment, whole.target, "d" * 40, whole.changes)
    with pytest.raises(Refusal, match="was changed"):
        applied(told, other)
    assert told.calls == []
