"""In CI nothing may be skipped: what is not tested there is tested nowhere."""

import os
from collections.abc import Generator, Iterator
from typing import TypeVar

import pytest
from hypothesis import settings

from mlplatform.providers.signing.ssh import make_key
from mlplatform.record.recorder import KEY
from tests.support.outcome import note

settings.register_profile("unhurried", deadline=None)  # a busy machine is no failure
settings.load_profile("unhurried")


@pytest.fixture(scope="session", autouse=True)
def _recorder_key(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Give shared ledgers a key to be signed with, as the machine of a reconciler has one."""
    file = tmp_path_factory.mktemp("recorder") / "key"
    make_key(file, "recorder of the tests")
    before = os.environ.get(KEY)
    os.environ[KEY] = str(file)
    yield
    if before is None:
        del os.environ[KEY]
    else:
        os.environ[KEY] = before


IN_CI = os.environ.get("CI") == "true"
Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = _failed_if_skipped((yield))
    note(item, report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    return _failed_if_skipped((yield))


def _failed_if_skipped(report: Report) -> Report:
    if IN_CI and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, which is a failure in CI: {_reason(report.longrepr)}"
    return report


def _reason(said: object) -> object:
    return said[2] if isinstance(said, tuple) else said
