"""Every harmless change passes."""

from collections.abc import Callable

import pytest

from tests.support.cases import Case, cases, in_tiers
from tests.support.corpus import Answer, complaints

CASES = [case for case in cases() if not case.is_attack]


@pytest.mark.parametrize("case", in_tiers(CASES))
def test_a_harmless_change_passes(judge: Callable[[Case], Answer], case: Case) -> None:
    answer = judge(case)
    assert complaints(case, answer) == []
