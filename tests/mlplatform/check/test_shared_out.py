"""However many processes read and judge, and whether one of them is lost, the same is found."""

import os
from collections.abc import Mapping

import pytest

from mlplatform.core.check_result import CheckResult
from mlplatform.core.loaded_source import LoadedSource
from mlplatform.providers import parallel
from tests.support.repository import base_of, good_repository, judged, loaded, second_tenant, with_change

EVENTS = "tenants/reading/datasets/events.yaml"
PINNED = "environments/production/reading/recommender.yaml"


def mixed() -> dict[str, str]:
    """Good documents, some that cannot be read, and some that policies deny."""
    files = {**good_repository(), **second_tenant()}
    files = with_change(files, EVENTS, "atRest: aws:kms", "atRest: AES256")
    files = with_change(files, PINNED, "auc: 0.93", "auc: 0.84")
    broken = {"models/reading/broken.yaml": "schema: [\n", "models/reading/twice.yaml": "a: 1\na: 2\n"}
    return {**files, **broken}


def results(monkeypatch: pytest.MonkeyPatch, count: int) -> tuple[LoadedSource, CheckResult, CheckResult]:
    """What is loaded, and found in it and in a change to it, by so many processes."""
    monkeypatch.setattr(parallel, "_cores", lambda: count)
    monkeypatch.setattr(parallel, "_WORTH_IT", 1)
    files = mixed()
    return loaded(files), judged(files), judged(files, base=base_of(good_repository()))


def without_places(found: LoadedSource) -> Mapping[str, object]:
    return {path: (raw.identity, raw.data, dict(raw.positions)) for path, raw in found.raws.items()}


@pytest.mark.parametrize("are_lost", [False, True])
def test_more_processes_find_the_same(monkeypatch: pytest.MonkeyPatch, are_lost: bool) -> None:
    alone, judged_alone, changed_alone = results(monkeypatch, 1)
    if are_lost:
        monkeypatch.setattr(parallel, "_answer", lambda *_: os._exit(1))
    found, checked, changed = results(monkeypatch, 3)
    assert found.findings == alone.findings
    assert without_places(found) == without_places(alone)
    assert list(found.raws) == list(alone.raws)
    assert (checked.findings, checked.rules) == (judged_alone.findings, judged_alone.rules)
    assert {"encryption-at-rest", "gates-met", "yaml-syntax"} <= {one.rule for one in checked.findings}
    assert (changed.findings, changed.missing_approvals) == (
        changed_alone.findings,
        changed_alone.missing_approvals,
    )
