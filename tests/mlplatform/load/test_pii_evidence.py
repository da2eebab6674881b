"""The share of the cells that look like personal data decides, and check digits tell numbers apart."""

import pytest

from mlplatform.core.table import CsvTable
from mlplatform.load.identifiers import is_article_number, is_health_number, is_phone, is_role_mailbox
from mlplatform.load.tables import read_table

CARDS = ("4111111111111111", "5555555555554444", "6011111111111117")


def column(*cells: str) -> CsvTable:
    """A table of a column with these cells, and one of their numbers."""
    return read_table(
        "".join(f"{number},{cell}\n" for number, cell in [("n", "cell"), *enumerate(cells)]).encode()
    )


def barcode(start: str) -> str:
    """The EAN-13 that begins with these digits."""
    digits = start.ljust(12, "7")
    weighted = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return digits + str(-weighted % 10)


BARCODES = [barcode(f"40{number:04d}") for number in range(0, 6000, 37)]


def test_barcodes_are_no_cards_though_one_in_ten_has_the_check_digit_of_one() -> None:
    assert all(map(is_article_number, BARCODES))
    table = column(*BARCODES)
    assert (table.personal_data, table.suspected) == ({}, {})


def test_other_long_numbers_are_no_cards_by_chance() -> None:
    table = column(*(str(4_000_000_000_000_000 + 7919 * number) for number in range(200)))
    assert (table.personal_data, table.suspected) == ({}, {})


def test_a_column_of_cards_is_found_though_some_are_mistyped() -> None:
    assert column(*CARDS, "4111111111111112").personal_data == {"cell": {"card": 3}}


def test_a_few_cards_among_other_numbers_are_suspected() -> None:
    table = column(CARDS[0], *["9999999999999995"] * 4)
    assert (table.personal_data, table.suspected) == ({}, {"cell": {"card": 1}})


def test_one_card_written_in_groups_is_enough() -> None:
    assert column("4111 1111 1111 1111", *["calm"] * 9).personal_data == {"cell": {"card": 1}}


@pytest.mark.parametrize(
    "cell", ["DE89370400440532013000", "GB82 WEST 1234 5698 7654 32", "to fr1420041010050500013M02606"]
)
def test_one_bank_account_is_enough(cell: str) -> None:
    assert column(cell, "calm", "windy").personal_data == {"cell": {"iban": 1}}


@pytest.mark.parametrize(
    "cell",
    ["DE89370400440532013001", "AB12CDEF3456789012345", "DE8937040044053201300", "XX89370400440532013000"],
)
def test_what_only_looks_like_a_bank_account_is_none(cell: str) -> None:
    assert column(cell, "calm").personal_data == {}


def test_a_column_of_telephone_numbers_is_found_and_one_in_a_text_is_suspected() -> None:
    numbers = [f"+44 20 7946 0{number:03d}" for number in range(9)]
    assert column(*numbers, "").personal_data == {"cell": {"phone": 9}}
    table = column(numbers[0], "calm", "windy")
    assert (table.personal_data, table.suspected) == ({}, {"cell": {"phone": 1}})


def test_numbers_in_the_form_of_north_america_may_be_those_of_parts() -> None:
    assert column("415-555-0100", "(415) 555-0101").suspected == {"cell": {"phone": 2}}


def test_numbers_of_a_health_service_are_told_by_their_check_digit() -> None:
    assert column("943 476 5919", "987 654 4322").personal_data == {"cell": {"health": 2}}
    assert not is_health_number("943 476 5918")


@pytest.mark.parametrize(
    "cell", ["support-4@example.com", "info@example.com", "no-reply@example.com", "sales.eu@example.com"]
)
def test_the_mailbox_of_an_office_is_nobodys(cell: str) -> None:
    assert is_role_mailbox(cell)
    assert column(cell).personal_data == {}


@pytest.mark.parametrize(
    "cell",
    ["ada@example.com", "information.ada@example.com", "supporter@example.com", "x info@example.com y"],
)
def test_another_address_is_somebodys(cell: str) -> None:
    assert column(cell).personal_data == {"cell": {"email": 1}}


@pytest.mark.parametrize(
    "cell", ["+4.1234567", "+12", "00012345678", "1.2.3.4", "2026-08-15 12:30", "+1234567"]
)
def test_other_numbers_are_no_telephone_numbers(cell: str) -> None:
    assert not is_phone(cell)
