"""One run of the real Checkov judges the files of many cases: each run takes seconds."""

from collections.abc import Mapping

import pytest

from mlplatform.core.finding import Finding
from mlplatform.providers.scan import connect_scanner
from tests.mlplatform.providers.scan.cases import FILES, POLICIES


@pytest.fixture(scope="session")
def findings() -> Mapping[str, list[Finding]]:
    """What is found in the files of every case, by path."""
    found: dict[str, list[Finding]] = {path: [] for path in FILES}
    for finding in connect_scanner().scan({path: text.encode() for path, text in FILES.items()}, POLICIES):
        found.setdefault(finding.path, []).append(finding)
    return found
