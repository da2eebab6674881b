"""Gates mean the same to Python, which asks the registries, as to the policies, which ask the documents."""

import json
from typing import Any

import pytest

from mlplatform.core.gates import regression, violation
from mlplatform.core.kinds.model import Gate
from tests.support.rego import POLICIES, embedded

GATES: tuple[dict[str, float], ...] = (
    {"min": 0.9},
    {"max": 2},
    {"min": 0.9, "max": 2.0},
    {"maxDropFromCurrent": 0.01},
    {"min": 0.5, "maxDropFromCurrent": 0},
    {"max": 65, "maxDropFromCurrent": 1.5},
    {"min": 0.1, "max": 65, "maxDropFromCurrent": 0.25},
)
VALUES = (None, 0, 0.89, 0.9, 0.91, 2, 64.1, 66.6, 123456.789012)


@pytest.fixture(scope="module")
def engine() -> Any:
    return embedded(POLICIES)


def asked(engine: Any, call: str) -> Any:
    answer = json.loads(str(engine.eval_query_as_json(call))).get("result")
    return answer[0]["expressions"][0]["value"] if answer else None


def metrics(value: float | None) -> dict[str, float]:
    return {} if value is None else {"m": value}


@pytest.mark.parametrize("gate", GATES, ids=str)
def test_a_metric_meets_a_gate_here_exactly_when_it_does_in_the_policies(
    engine: Any, gate: dict[str, float]
) -> None:
    for value in VALUES:
        said = f'{json.dumps(metrics(value))}, "m", {json.dumps(gate)}'
        met = asked(engine, f"data.lib.gates.is_met({said})") is True
        here = violation(metrics(value), "m", Gate(**gate))
        assert (here is None) == met, value
        if not met:
            assert here == asked(engine, f"data.lib.gates.violation({said})"), value


@pytest.mark.parametrize("gate", GATES, ids=str)
def test_a_metric_is_no_worse_here_exactly_when_it_does_in_the_policies(
    engine: Any, gate: dict[str, float]
) -> None:
    for before in VALUES:
        for after in VALUES:
            said = f'{json.dumps(metrics(before))}, {json.dumps(metrics(after))}, "m", {json.dumps(gate)}'
            no_worse = asked(engine, f"data.lib.gates.is_no_worse({said})") is True
            here = regression(metrics(before), metrics(after), "m", Gate(**gate))
            assert (here is None) == no_worse, (before, after)
            if not no_worse:
                assert here == asked(engine, f"data.lib.gates.regression({said})"), (before, after)


def test_what_is_no_number_meets_nothing() -> None:
    nan = float("nan")
    assert violation({"m": nan}, "m", Gate(min=0.1))
    assert violation({"m": nan}, "m", Gate(max=0.1))
    assert regression({"m": 0.9}, {"m": nan}, "m", Gate(maxDropFromCurrent=0.1))
    assert regression({"m": nan}, {"m": 0.9}, "m", Gate(maxDropFromCurrent=0.1))
