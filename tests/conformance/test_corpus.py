"""Every attack and every harmless change is decided alike by the embedded engine and by a real OPA server."""

from collections.abc import Iterator

import pytest

from tests.support.both_engines import BothEngines, both_engines
from tests.support.corpus import Case, Corpus, cases, complaints, run
from tests.support.opa import opa_on_path

CASES = cases()


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return Corpus.new(tmp_path_factory.mktemp("corpus") / "repository")


@pytest.fixture(scope="module")
def engines() -> Iterator[list[BothEngines]]:
    with pytest.MonkeyPatch.context() as patch:
        opa_on_path(patch)
        with both_engines() as engines:
            yield engines


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_case_is_decided_alike(corpus: Corpus, engines: list[BothEngines], case: Case) -> None:
    for engine in engines:
        engine.differences.clear()
    before = sum(engine.asked for engine in engines)
    answer = run(corpus.arguments(case), corpus.store.root)
    assert [difference for engine in engines for difference in engine.differences] == []
    assert complaints(case, answer) == []
    if not case.is_attack:
        assert sum(engine.asked for engine in engines) > before
