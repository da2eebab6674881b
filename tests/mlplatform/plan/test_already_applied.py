"""What is told from an environment about changes that nobody has said anything of."""

import pytest

from mlplatform.core.payload import ArtifactRef
from mlplatform.core.plan import Action, Change, Values
from mlplatform.plan.actual import Actual
from mlplatform.plan.already_applied import is_done
from mlplatform.providers.registry.interface import Lineage, RegisteredVersion, RegistryState
from mlplatform.providers.serving.interface import Observation, Served
from tests.support.values import digest

MODEL = "clinic/tumour"
OLD, NEW, LOST = digest("1.0.0"), digest("1.1.0"), digest("9.9.9")
HELD = RegisteredVersion(MODEL, "1.1.0", ArtifactRef("file:///x", NEW), Lineage("run", None, {}, {}))
ACTUAL = Actual(
    RegistryState({MODEL: {"1.1.0": HELD}}, {MODEL: {"champion": "1.1.0", "previous": "1.0.0"}}),
    Observation(
        [
            Served(MODEL, "1.1.0", NEW, ready=True, instances=2),
            Served(MODEL, "0.9.0", OLD, ready=False, instances=2),
        ],
        {MODEL: {NEW: 100}},
    ),
    {},
)


@pytest.mark.parametrize(
    ("action", "before", "after", "done"),
    [
        (Action.COPY, None, {"version": "1.1.0", "digest": NEW}, True),
        (Action.COPY, None, {"version": "1.1.0", "digest": LOST}, False),
        (Action.COPY, None, {"version": "1.2.0", "digest": NEW}, False),
        (Action.LOAD, None, {"version": "1.1.0", "digest": NEW, "instances": 2}, True),
        (Action.LOAD, None, {"version": "1.1.0", "digest": NEW, "instances": 3}, False),
        (Action.LOAD, None, {"version": "0.9.0", "digest": OLD, "instances": 2}, False),
        (Action.LOAD, None, {"version": "9.9.9", "digest": LOST, "instances": 2}, False),
        (Action.ROUTE, None, {"weights": {NEW: 100}}, True),
        (Action.ROUTE, None, {"weights": {OLD: 100}}, False),
        (Action.ROUTE, {"weights": {NEW: 100}}, None, False),
        (Action.CHAMPION, None, {"champion": "1.1.0", "previous": "1.0.0"}, True),
        (Action.CHAMPION, None, {"champion": "1.1.0", "previous": None}, False),
        (Action.CHAMPION, {"champion": "1.1.0", "previous": None}, None, False),
        (Action.RETIRE, {"version": "9.9.9", "digest": LOST}, None, True),
        (Action.RETIRE, {"version": "0.9.0", "digest": OLD}, None, False),
        (Action.PROBE, None, {"version": "1.1.0", "digest": NEW}, False),
        (Action.REPAIR, None, {"version": "1.1.0", "digest": NEW}, False),
    ],
)
def test_a_change_is_done_when_what_it_brings_about_is_there(
    action: Action, before: Values | None, after: Values | None, *, done: bool
) -> None:
    assert is_done(Change(action, "provider", MODEL, before, after), ACTUAL) is done


@pytest.mark.parametrize(
    ("action", "before"), [(Action.ROUTE, {"weights": {OLD: 100}}), (Action.CHAMPION, {})]
)
def test_what_is_gone_was_taken_away(action: Action, before: Values) -> None:
    nothing = Actual(RegistryState({}, {}), Observation([], {}), {})
    assert is_done(Change(action, "provider", MODEL, before, None), nothing)
