"""What became of a test, for the fixtures that are ended after it."""

import pytest

_FAILED = pytest.StashKey[bool]()


def note(node: pytest.Item, report: pytest.TestReport) -> None:
    """Keep whether any part of the test failed."""
    node.stash[_FAILED] = report.failed or has_failed(node)


def has_failed(node: pytest.Item) -> bool:
    return node.stash.get(_FAILED, False)
