"""Whatever a document holds, check answers with findings and never crashes."""

import json
from dataclasses import replace

import pytest

from mlplatform.check.check import check
from mlplatform.core.document import RawDocument
from mlplatform.core.naming import parse_path
from mlplatform.providers.policy import connect_engine
from tests.support.repository import base_of, good_repository, loaded
from tests.support.tiers import cell

ODD: list[object] = [None, True, -1.5, "", "x" * 5000, [], [None], {}, {"": None}, [[[]]], "\U0001f600\x00"]
PATHS = [path for path in good_repository() if parse_path(path)]
GOOD = loaded(good_repository())
ENGINE = connect_engine(GOOD.policies)
BASE = base_of(good_repository())


@pytest.mark.parametrize(
    ("path", "odd"),
    [
        cell(path, odd, id=f"{path}-{json.dumps(odd)[:20]}", quick=row == column)
        for row, path in enumerate(PATHS)
        for column, odd in enumerate(ODD)
    ],
)
def test_no_value_makes_a_judge_crash(path: str, odd: object) -> None:
    """Any value in place of any value, at head and at the base."""
    raw = GOOD.raws[path]
    for key in (*raw.data, "unknown"):
        broken = replace(
            GOOD,
            raws={**GOOD.raws, path: RawDocument(path, raw.identity, {**raw.data, key: odd}, raw.positions)},
        )
        for head, base in ((broken, BASE), (GOOD, replace(BASE, loaded=broken))):
            checked = check(head, ENGINE, base=base)
            assert "check-crashed" not in {finding.rule for finding in checked.findings}
