"""What rows a table has, as hashes: enough to say which share of them another table has too, and not what they hold."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_FEW, _SOME = 2, 5
_MOST_ROWS, _MANY_ROWS = 80, 10  # percent of the smaller table
WHOLE = 1 << 64


@dataclass(frozen=True, slots=True)
class RowSketch:
    """How often each row occurs, by its hash; all rows whose hash is below `limit` are in it, a sample of them all.

    A row is the same whatever the order of its cells, the order of the rows, the delimiter and the line ends.
    """

    counts: Mapping[int, int]
    limit: int = WHOLE

    def below(self, limit: int) -> frozenset[int]:
        return frozenset(self.counts if limit >= self.limit else (row for row in self.counts if row < limit))

    @property
    def repeated(self) -> float:
        """The share of the rows that occur more than once, from 0 to 1."""
        rows = sum(self.counts.values())
        return sum(count for count in self.counts.values() if count > 1) / rows if rows else 0.0


def share_in(part: RowSketch, whole: RowSketch) -> tuple[float, int]:
    """Return which share of the rows of `part` (0 to 1) `whole` has too, and how many that are in the sample."""
    limit = min(part.limit, whole.limit)
    rows = part.below(limit)
    shared = rows & whole.below(limit)
    return (len(shared) / len(rows), len(shared)) if rows else (0.0, 0)


def overlaps(
    sketches: Mapping[str, RowSketch], others: Mapping[str, RowSketch] | None = None
) -> dict[str, dict[str, int]]:
    """Return, for each table, the `others` with which it shares so many rows that they are the same data, in percent.

    The share is that of the smaller of the two. Without `others` the tables are compared with each other.
    """
    others = sketches if others is None else others
    holders: dict[int, list[str]] = defaultdict(list)
    for name, sketch in others.items():
        for row in sketch.counts:
            holders[row].append(name)
    alike: dict[str, dict[str, int]] = {}
    for name, sketch in sketches.items():
        candidates = Counter(
            other for row in sketch.counts for other in holders.get(row, ()) if other != name
        )
        shares = _shares(sketch, others, (other for other, rows in candidates.items() if rows >= _FEW))
        if shares:
            alike[name] = shares
    return alike


def _shares(sketch: RowSketch, others: Mapping[str, RowSketch], candidates: Iterable[str]) -> dict[str, int]:
    shares = {other: _percent(sketch, others[other]) for other in candidates}
    return {other: percent for other, percent in shares.items() if percent}


def _percent(one: RowSketch, other: RowSketch) -> int:
    """Return which share of the smaller table the other one has too, in percent; 0 where it may be by chance."""
    limit = min(one.limit, other.limit)
    mine, theirs = one.below(limit), other.below(limit)
    shared = sum(1 for row in mine & theirs if 1 in (one.counts[row], other.counts[row]))
    percent = 100 * shared // max(1, min(len(mine), len(theirs)))
    is_alike = (shared >= _SOME and percent >= _MANY_ROWS) or (shared >= _FEW and percent >= _MOST_ROWS)
    return percent if is_alike else 0
