"""Detect what looks like personal data in the cells of a table: addresses, numbers of cards, accounts and people."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import accumulate

from mlplatform.load.identifiers import (
    holds_iban,
    is_article_number,
    is_health_number,
    is_long_number,
    is_national_phone,
    is_phone,
    is_role_mailbox,
    may_hold_iban,
)

EMAIL, CARD, SSN, IBAN, PHONE, HEALTH = "email", "card", "ssn", "iban", "phone", "health"
# What is personal data only by its share of a column: pii_evidence.py weighs it.
NATIONAL_PHONE, BARE_CARD, LONG_NUMBER, ARTICLE = "national-phone", "bare-card", "long-number", "article"

# Each part has a limited length, and the search starts at the @: no cell makes it slow.
_EMAIL = re.compile(r"(?<=[\w.!#$%&'*+/=?^`{|}~\"-])@(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,63}")
_SSN = re.compile(r"(?<!\d)(?<!\d-)(?!000|666|9)\d{3}([- ])(?!00)\d\d\1(?!0000)\d{4}(?!\d)(?!-\d)")
_LONG_RUN = re.compile(r"\d(?:[ -]{0,2}\d){12,}")
_GROUP = re.compile(r"\d+")
_MIN_DIGITS, _MAX_DIGITS = 13, 19
# The first digits of each card network, and the length of its numbers.
_CARD = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})"  # Visa
    r"|(?:5[1-5]\d\d|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}"  # Mastercard
    r"|3[47]\d{13}"  # American Express
    r"|3(?:0[0-59]|[689]\d)\d{11,16}"  # Diners Club
    r"|35(?:2[89]|[3-8]\d)\d{12,15}"  # JCB
    r"|(?:6011|64[4-9]\d|65\d\d|62\d\d)\d{12,15}"  # Discover, UnionPay
    r"|220[0-4]\d{12,15}"  # Mir
    r"|(?:50|5[6-8]|6[37])\d{11,17}"  # Maestro
)
_PHONES = re.compile(rb"(?:\+|\b00)[1-9][\d ().-]{7}|\d{3}\)?[ -]\d{3}[ -]\d{4}")
_IBANS = re.compile(rb"\b[A-Za-z]{2}\d\d(?: ?[A-Za-z0-9]){11}")
_FIRST = frozenset("23456")
_VALUES = bytes.maketrans(b"0123456789", bytes(range(10)))
_DOUBLED = bytes.maketrans(bytes(range(10)), bytes((0, 2, 4, 6, 8, 1, 3, 5, 7, 9)))
_ANY_DIGIT = bytes.maketrans(b"123456789", b"000000000")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]{1,64}")  # normalizing takes time quadratic in the number of marks
_SEPARATOR = "\0"  # a file that contains one is not a table


class ScanBudgetExceeded(Exception):
    """Raised when there are more groups of digits than the budget allows to check."""


@dataclass(slots=True)
class ScanBudget:
    """How many more groups of digits may be checked for a card number; the default takes some seconds."""

    groups: int = 4_000_000

    def spend(self, groups: int) -> None:
        self.groups -= groups
        if self.groups < 0:
            raise ScanBudgetExceeded


def prefilter(data: bytes) -> frozenset[str]:
    """Return the kinds of personal data that a file may contain, by a few passes over its bytes; most need no more."""
    if not data.isascii():
        data = simple(data.decode()).encode()
    digits = data.translate(_ANY_DIGIT)
    has_long_numbers = b"0" * _MIN_DIGITS in digits.translate(None, b" -")
    has_phones = _PHONES.search(data) is not None
    is_possible = {
        EMAIL: b"@" in data,
        **dict.fromkeys((CARD, BARE_CARD, LONG_NUMBER, ARTICLE), has_long_numbers),
        SSN: b"000-00-0000" in digits or b"000 00 0000" in digits,
        IBAN: _IBANS.search(data) is not None,
        **dict.fromkeys((PHONE, NATIONAL_PHONE, HEALTH), has_phones),
    }
    return frozenset(look for look, possible in is_possible.items() if possible)


def detect(row: Sequence[str], suspects: frozenset[str], budget: ScanBudget) -> Iterator[tuple[int, str]]:
    """Yield the index of each cell that looks like a suspect, and which; ScanBudgetExceeded when it is spent."""
    text = _SEPARATOR.join(row)
    if not text.isascii():
        text = simple(text)
        row = text.split(_SEPARATOR)
    for look in suspects:
        holds, may_hold = _LOOKS[look]
        if may_hold(text):
            yield from ((index, look) for index, cell in enumerate(row) if holds(cell, budget))


def simple(text: str) -> str:
    """Replace digits, signs and spaces that look like ASCII ones by these, and remove invisible characters."""
    return _NOT_ASCII.sub(lambda match: _simple(match[0]), text)


@lru_cache(maxsize=4096)
def _simple(text: str) -> str:
    return "".join(map(_plain, unicodedata.normalize("NFKC", text)))


def _plain(character: str) -> str:
    match unicodedata.category(character):
        case "Nd":
            return str(unicodedata.decimal(character))
        case "Pd":
            return "-"
        case "Zs":
            return " "
        case "Cf" | "Mn":  # joiners, bidi controls, variation selectors
            return ""
        case _:
            return _SIGNS.get(character, character)


_SIGNS = {"\N{MINUS SIGN}": "-", "\N{IDEOGRAPHIC FULL STOP}": "."}


def _holds_email(cell: str, _: ScanBudget) -> bool:
    return "@" in cell and _EMAIL.search(cell) is not None and not is_role_mailbox(cell)


def _may_hold_card(text: str) -> bool:
    return _LONG_RUN.search(text) is not None


def _holds_card(cell: str, budget: ScanBudget) -> bool:
    if len(cell) < _MIN_DIGITS or cell.isdigit():
        return False
    if "." in cell:
        with suppress(
            ValueError
        ):  # 4111111111111111.0 and 4.111111111111111e15 are cards, other floats are not
            return float(cell).is_integer() and _is_card(format(Decimal(cell), ".0f")[: _MAX_DIGITS + 1])
    return any(_run_holds_card(run, budget) for run in _LONG_RUN.findall(cell))


def _has_ssn(text: str) -> bool:
    return _SSN.search(text) is not None


def _holds_ssn(cell: str, _: ScanBudget) -> bool:
    return _has_ssn(cell)


def _has_digits(text: str) -> bool:
    return _SOME_DIGITS.search(text) is not None


_SOME_DIGITS = re.compile(r"[0-9]{2}")
_LOOKS: Mapping[str, tuple[Callable[[str, ScanBudget], bool], Callable[[str], bool]]] = {
    EMAIL: (_holds_email, lambda text: "@" in text),
    CARD: (_holds_card, _may_hold_card),
    SSN: (_holds_ssn, _has_ssn),
    IBAN: (lambda cell, _: holds_iban(cell), may_hold_iban),
    PHONE: (lambda cell, _: is_phone(cell), _has_digits),
    NATIONAL_PHONE: (lambda cell, _: is_national_phone(cell), _has_digits),
    HEALTH: (lambda cell, _: is_health_number(cell), _has_digits),
    BARE_CARD: (lambda cell, _: cell.isdigit() and _is_card(cell), _may_hold_card),
    LONG_NUMBER: (lambda cell, _: is_long_number(cell), _may_hold_card),
    ARTICLE: (lambda cell, _: is_long_number(cell) and is_article_number(cell), _may_hold_card),
}


def _run_holds_card(run: str, budget: ScanBudget) -> bool:
    """True when neighbouring groups of digits form a card number; further groups, such as its expiry, may follow."""
    groups = _GROUP.findall(run)
    budget.spend(len(groups))
    digits = "".join(groups)
    edges = list(accumulate(map(len, groups), initial=0))
    sums = _sums(digits)
    first = last = 0
    for start in edges:
        if digits[start : start + 1] not in _FIRST:
            continue
        while first < len(edges) and edges[first] < start + _MIN_DIGITS:
            first += 1
        last = max(first, last)
        while last < len(edges) and edges[last] <= start + _MAX_DIGITS:
            last += 1
        for end in edges[first:last]:
            even = sums[end % 2]
            if (even[end] - even[start]) % 10 == 0 and _CARD.fullmatch(digits, start, end):
                return True
    return False


def _sums(digits: str) -> tuple[list[int], list[int]]:
    """Return the running sums of Luhn's check, for numbers that end at an even index and for those at an odd one."""
    values = digits.encode().translate(_VALUES)
    doubled = values.translate(_DOUBLED)
    even, odd = bytearray(values), bytearray(values)
    even[::2], odd[1::2] = doubled[::2], doubled[1::2]
    return list(accumulate(even, initial=0)), list(accumulate(odd, initial=0))


def _is_card(digits: str) -> bool:
    if not _CARD.fullmatch(digits):
        return False
    values = digits.encode().translate(_VALUES)
    return (sum(values[::-2]) + sum(values[-2::-2].translate(_DOUBLED))) % 10 == 0  # Luhn's check digit
