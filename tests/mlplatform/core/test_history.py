"""Which commit's documents tell what a version is."""

from mlplatform.core.history import Pin, described_at
from tests.support.values import digest


def pins(*said: tuple[str, str, str]) -> list[Pin]:
    """Of one model, oldest first: environment, version, commit."""
    return [
        Pin(environment, "clinic/tumour", version, digest(version), commit, age)
        for age, (environment, version, commit) in zip(range(len(said), 0, -1), said, strict=True)
    ]


FIRST = ("development", "1.0.0", "first")


def test_a_version_is_what_was_declared_before_a_newer_one_came() -> None:
    rolled_back = pins(FIRST, ("development", "2.0.0", "second"), ("production", "1.0.0", "third"))
    assert described_at(rolled_back, digest("1.0.0")) == "first"


def test_what_comes_in_the_same_commit_as_a_newer_version_is_described_before_it() -> None:
    at_once = pins(FIRST, ("production", "1.0.0", "second"), ("development", "2.0.0", "second"))
    assert described_at(at_once, digest("1.0.0")) == "first"


def test_what_was_put_right_before_a_promotion_counts() -> None:
    promoted = pins(FIRST, ("integration", "1.0.0", "second"), ("development", "2.0.0", "third"))
    assert described_at(promoted, digest("1.0.0")) == "second"
    assert described_at(promoted[:2], digest("1.0.0")) == "second"


def test_the_newest_version_that_no_other_environment_took_over_is_what_is_declared_now() -> None:
    assert described_at(pins(FIRST), digest("1.0.0")) is None
    assert described_at(pins(FIRST, ("development", "2.0.0", "second")), digest("2.0.0")) is None


def test_a_version_that_nobody_ever_pinned_is_what_is_declared_now() -> None:
    assert described_at(pins(FIRST), digest("3.0.0")) is None
