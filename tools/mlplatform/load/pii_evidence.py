"""Decide from the cells of a column whether it holds personal data, by the share of those that look like it."""

from collections.abc import Mapping
from dataclasses import dataclass

from mlplatform.load.pii import (
    ARTICLE,
    BARE_CARD,
    CARD,
    EMAIL,
    HEALTH,
    IBAN,
    LONG_NUMBER,
    NATIONAL_PHONE,
    PHONE,
    SSN,
)

_AT_ONCE = (EMAIL, CARD, SSN, IBAN)  # one such cell in free text is a leak
_MOSTLY = 0.5
_BARCODES = 0.9
_CARDS = 0.3  # of numbers that are none, one in ten has the right check digit
_CHANCE, _ENOUGH_CELLS = 0.15, 20


@dataclass(frozen=True, slots=True)
class Evidence:
    """How many cells of a column are personal data, and how many only may be, by what they look like."""

    found: Mapping[str, int]
    suspected: Mapping[str, int]


def weigh(counts: Mapping[str, int], cells: int) -> Evidence:
    """Weigh how many of a column's cells look like what; `cells` are those that are not empty."""
    found = {look: counts[look] for look in _AT_ONCE if counts.get(look)}
    suspected: dict[str, int] = {}
    for look in (PHONE, HEALTH):
        if number := counts.get(look, 0):
            (found if number >= _MOSTLY * cells else suspected)[look] = number
    national = counts.get(NATIONAL_PHONE, 0)
    if national >= _MOSTLY * max(cells, 1) and HEALTH not in found:
        suspected[PHONE] = suspected.get(PHONE, 0) + national
    if cards := counts.get(BARE_CARD, 0):
        _weigh_cards(cards, counts.get(LONG_NUMBER, 0), counts.get(ARTICLE, 0), found, suspected)
    return Evidence(found, suspected)


def _weigh_cards(
    cards: int, numbers: int, articles: int, found: dict[str, int], suspected: dict[str, int]
) -> None:
    """Tell payment cards from barcodes and other long numbers, some of which have the right check digit by chance."""
    if articles >= _BARCODES * numbers > cards:
        return
    if cards >= _CARDS * numbers:
        found[CARD] = found.get(CARD, 0) + cards
    elif numbers < _ENOUGH_CELLS or cards > _CHANCE * numbers:
        suspected[CARD] = cards
