"""The period of an audit: whole days, in UTC."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from mlplatform.core.errors import Refusal


@dataclass(frozen=True, slots=True)
class Period:
    """From the first second of a day to the last second of another."""

    first: date
    last: date

    @staticmethod
    def of(first: date, last: date) -> "Period":
        """Return a period; Refusal where it ends before it begins."""
        if last < first:
            raise Refusal(
                f"the period ends on {last.isoformat()}, before it begins, on {first.isoformat()}",
                fix="name the earlier day with --from, and the later one with --to",
            )
        return Period(first, last)

    @property
    def begins(self) -> datetime:
        return datetime.combine(self.first, time(), UTC)

    @property
    def ends(self) -> datetime:
        return datetime.combine(self.last, time(), UTC) + timedelta(days=1, seconds=-1)

    def contains(self, moment: datetime) -> bool:
        return self.begins <= moment.replace(microsecond=0) <= self.ends

    def __str__(self) -> str:
        return f"{self.first.isoformat()} to {self.last.isoformat()}"
