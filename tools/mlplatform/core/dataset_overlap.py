"""Decide whether two data sets are the same data: one digest, one location, or one location within the other.

Two data sets overlap when one of the keys that `matches` gives for the one is a key that `provides` gives for the
other.
"""

from collections.abc import Iterator, Mapping
from typing import Any

OverlapKey = tuple[str, ...]


def provides(dataset: Mapping[str, Any]) -> Iterator[OverlapKey]:
    """Yield the keys by which another data set finds this one."""
    yield from _digest_key(dataset)
    location = split_location(dataset.get("location"))
    yield from (("within", *prefix) for prefix in _prefixes(location))
    if location:
        yield "at", *location


def matches(dataset: Mapping[str, Any]) -> Iterator[OverlapKey]:
    """Yield the keys of all data sets that are the same data as this one."""
    yield from _digest_key(dataset)
    location = split_location(dataset.get("location"))
    yield from (("at", *prefix) for prefix in _prefixes(location))
    if location:
        yield "within", *location


def split_location(location: Any) -> OverlapKey:
    """Split a location into scheme, bucket and folders; spare slashes, dots and the bucket's case do not matter."""
    if not isinstance(location, str):
        return ()
    scheme, separator, rest = location.rpartition("://")
    folders = [part for part in rest.split("/") if part not in ("", ".")]
    if not separator or not folders:
        return ("", *folders) if folders else ()
    scheme = scheme.lower()
    return "s3" if scheme in ("s3a", "s3n") else scheme, folders[0].lower(), *folders[1:]


def _prefixes(location: OverlapKey) -> Iterator[OverlapKey]:
    """Yield a location and all locations around it, from the bucket on; nothing is around a file of this repository."""
    shortest = 2 if location and location[0] else len(location)
    return (location[:length] for length in range(shortest, len(location) + 1) if length)


def _digest_key(dataset: Mapping[str, Any]) -> Iterator[OverlapKey]:
    digest = dataset.get("digest")
    if isinstance(digest, str):
        yield "bytes", digest
