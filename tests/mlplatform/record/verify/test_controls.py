"""What protects main is in force when somebody looked, and somebody looked often enough."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mlplatform.core.records.base import parse
from mlplatform.core.records.controls import ControlsPredicate
from mlplatform.record.verify.controls import RecordedControls, controls_problems

BEGIN = datetime(2026, 10, 1, tzinfo=UTC)
IN_FORCE = {"rulesets": {}, "environments": {}, "settings": {}}
DIFFERENCE = {"control": "ruleset", "setting": "bypass", "declared": [], "inForce": ["ada"], "hidden": False}


def look(hours: float, **values: Any) -> RecordedControls:
    given = {"repository": "acme/ml", "commit": "a" * 40, "digest": f"sha256:{'0' * 64}"}
    predicate = parse(ControlsPredicate, {**given, "inForce": IN_FORCE, "differences": [], **values})
    return RecordedControls(f"at-{hours}", BEGIN + timedelta(hours=hours), predicate)


def found(*looks: RecordedControls, until: float = 48) -> list[str]:
    ends = BEGIN + timedelta(hours=until)
    return [problem.commit for problem in controls_problems(looks, BEGIN, ends, 26, "main")]


def test_a_look_every_day_leaves_no_gap() -> None:
    assert found(look(24), look(48)) == []


def test_a_day_without_a_look_is_a_gap_at_the_next_one_or_at_the_end() -> None:
    assert found(look(24), look(51), until=52) == ["at-51"]
    assert found(look(24), until=51) == ["main"]
    assert found(until=51) == ["main"]


@pytest.mark.parametrize(
    "values", [{"differences": [DIFFERENCE]}, {"inForce": "unknown", "cause": "GitHub was down"}]
)
def test_a_lapse_and_an_unknown_are_found_at_their_record(values: dict[str, Any]) -> None:
    assert found(look(24, **values), look(48)) == ["at-24"]
