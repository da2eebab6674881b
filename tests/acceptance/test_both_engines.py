"""A real OPA server decides of every case of the corpus as the embedded engine does."""

from collections.abc import Callable

import pytest

from tests.support.cases import Case, cases
from tests.support.corpus import Answer, complaints

EVERY = 25  # one case of so many is judged by both in the quick tier


def is_in_the_sample(at: int) -> bool:
    return at % EVERY == 0


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=case.name, marks=() if is_in_the_sample(at) else pytest.mark.exhaustive)
        for at, case in enumerate(cases())
    ],
)
def test_opa_decides_as_the_embedded_engine_does(judge_by_both: Callable[[Case], Answer], case: Case) -> None:
    assert complaints(case, judge_by_both(case)) == []
