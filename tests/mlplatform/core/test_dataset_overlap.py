"""Which places are the same data."""

import pytest

from mlplatform.core.dataset_overlap import matches, provides


def _same(one: str, other: str) -> bool:
    there = not set(matches({"location": one})).isdisjoint(provides({"location": other}))
    back = not set(matches({"location": other})).isdisjoint(provides({"location": one}))
    assert there == back
    return there


@pytest.mark.parametrize(
    "other",
    [
        "s3://crew/v1",
        "s3://crew/",
        "s3://crew/v1/a.parquet",
        "S3A://Crew//v1/./",
        "s3n://crew/v1/",
        "s3://crew",
    ],
)
def test_a_place_around_it_within_it_or_written_otherwise_is_the_same(other: str) -> None:
    assert _same("s3://crew/v1/", other)


@pytest.mark.parametrize(
    "other", ["s3://crew-open/v1/", "s3://crew/v10/", "s3://crew/V1/", "gs://crew/v1/", "", "s3://"]
)
def test_a_place_beside_it_is_another(other: str) -> None:
    assert not _same("s3://crew/v1/", other)


def test_a_file_of_this_repository_is_the_same_only_as_itself() -> None:
    assert _same("examples/data/clinic/words.csv", "examples/data/clinic/words.csv")
    assert not _same("examples/data/clinic/words.csv", "examples/data/clinic/levels.csv")
    assert not _same("examples/data/clinic/words.csv", "examples/data/clinic")


def test_the_same_bytes_are_the_same_wherever_they_lie() -> None:
    one, other = (
        {"digest": "sha256:aa", "location": "s3://a/"},
        {"digest": "sha256:aa", "location": "s3://b/"},
    )
    assert not set(matches(one)).isdisjoint(provides(other))


def test_what_says_nothing_is_like_nothing() -> None:
    assert set(matches({})) == set(provides({"digest": 7, "location": None})) == set()
