"""Quarters of a year: 2026Q4."""

from datetime import UTC, datetime

QUARTER = r"[0-9]{4}Q[1-4]"
QUARTER_WORDS = "a year and a quarter, as in 2026Q4"


def quarter_of(moment: datetime) -> str:
    """Return the quarter of a time, in UTC."""
    utc = moment.astimezone(UTC)
    return f"{utc.year}Q{(utc.month + 2) // 3}"


def start_of_quarter(quarter: str) -> datetime:
    """Return when a quarter begins."""
    return datetime(int(quarter[:4]), int(quarter[5]) * 3 - 2, 1, tzinfo=UTC)


def next_quarter(quarter: str) -> str:
    """Return the quarter after one."""
    year, number = int(quarter[:4]), int(quarter[5])
    return f"{year + 1}Q1" if number == 4 else f"{year}Q{number + 1}"


def quarter_before(quarter: str) -> str:
    """Return the quarter before one."""
    year, number = int(quarter[:4]), int(quarter[5])
    return f"{year - 1}Q4" if number == 1 else f"{year}Q{number - 1}"
