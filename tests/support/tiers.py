"""The two tiers: every cell of a matrix belongs to the exhaustive one, but for those that the quick one runs."""

from typing import Any

import pytest


def cell(*values: Any, quick: bool, id: str | None = None) -> Any:
    """A parameter set of its tier."""
    return pytest.param(*values, id=id, marks=() if quick else pytest.mark.exhaustive)
