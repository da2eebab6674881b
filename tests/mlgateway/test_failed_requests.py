"""What the log says of requests that a version failed."""

from collections.abc import Iterator

import pytest

from mlgateway.failed_requests import FailedRequests
from mlgateway.messages import error_reply

MODEL = "clinic.tumour"
VERSION = ((b"x-model-version", b"1.0.0"),)


def noted(caplog: pytest.LogCaptureFixture, clock: Iterator[float], *statuses: int) -> list[str]:
    failures = FailedRequests(lambda: next(clock))
    for status in statuses:
        failures.note(MODEL, error_reply(status, "a value of somebody", VERSION))
    return [record.getMessage() for record in caplog.records]


def test_a_failed_request_is_logged_with_model_and_version_and_without_what_was_in_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    lines = noted(caplog, iter([0.0, 2.0]), 500, 200, 400, 503)
    assert lines == [f"{MODEL} 1.0.0 answered a request with {status}" for status in (500, 503)]


def test_many_failures_within_a_second_are_one_line_and_a_number(caplog: pytest.LogCaptureFixture) -> None:
    lines = noted(caplog, iter([0.0, 0.1, 0.2, 5.0]), 500, 500, 500, 500)
    assert lines == [
        f"{MODEL} 1.0.0 answered a request with 500",
        f"{MODEL} 1.0.0 answered a request with 500, 3 requests since the last such line",
    ]
