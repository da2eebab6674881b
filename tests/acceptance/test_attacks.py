"""Every attack is stopped for the reason that it names."""

from collections.abc import Callable

import pytest

from tests.support.cases import Case, cases, in_tiers
from tests.support.corpus import Answer, complaints

CASES = [case for case in cases() if case.is_attack]


@pytest.mark.parametrize("case", in_tiers(CASES))
def test_an_attack_is_stopped_for_the_reason_that_it_names(
    judge: Callable[[Case], Answer], case: Case
) -> None:
    answer = judge(case)
    assert complaints(case, answer) == []
    for finding in answer.of("error"):
        assert finding["message"]
        assert finding["fix"]
