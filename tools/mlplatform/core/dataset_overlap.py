"""When two data sets are the same data: the same bytes, the same place, or a place within the other's."""

from collections.abc import Iterator, Mapping
from typing import Any

OverlapKey = tuple[str, ...]


def provides(dataset: Mapping[str, Any]) -> Iterator[OverlapKey]:
    """The marks that a data set leaves; another is the same data when it looks for one of them."""
    yield from _bytes(dataset)
    place = steps(dataset.get("location"))
    yield from (("within", *around) for around in _around(place))
    if place:
        yield "at", *place


def matches(dataset: Mapping[str, Any]) -> Iterator[OverlapKey]:
    """The marks of all that is the same data as a data set."""
    yield from _bytes(dataset)
    place = steps(dataset.get("location"))
    yield from (("at", *around) for around in _around(place))
    if place:
        yield "within", *place


def steps(location: Any) -> OverlapKey:
    """The way to a place, from its scheme on: however slashes, dots and the case of a bucket are written."""
    if not isinstance(location, str):
        return ()
    scheme, found, rest = location.rpartition("://")
    way = [step for step in rest.split("/") if step not in ("", ".")]
    if not found or not way:
        return ("", *way) if way else ()
    scheme = scheme.lower()
    return "s3" if scheme in ("s3a", "s3n") else scheme, way[0].lower(), *way[1:]


def _around(place: OverlapKey) -> Iterator[OverlapKey]:
    """A place and all that it lies in, from the bucket on; a file of this repository lies in no data set."""
    shortest = 2 if place and place[0] else len(place)
    return (place[:length] for length in range(shortest, len(place) + 1) if length)


def _bytes(dataset: Mapping[str, Any]) -> Iterator[OverlapKey]:
    digest = dataset.get("digest")
    if isinstance(digest, str):
        yield "bytes", digest
