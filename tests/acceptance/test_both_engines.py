"""A real OPA server decides of every case of the corpus as the embedded engine does."""

from collections.abc import Callable

import pytest

from tests.support.cases import Case, cases
from tests.support.corpus import Answer, complaints
from tests.support.tiers import cell

EVERY = 50  # the quick tier asks of one case in so many


@pytest.mark.parametrize(
    "case",
    [
        cell(case, id=case.name, quick=at % EVERY == 0 and not case.needs_checkov)
        for at, case in enumerate(cases())
    ],
)
def test_opa_decides_as_the_embedded_engine_does(judge_by_both: Callable[[Case], Answer], case: Case) -> None:
    assert complaints(case, judge_by_both(case)) == []
