"""Tell identifiers apart by their form and check digits: bank accounts, telephone and health numbers, barcodes."""

import re
from collections.abc import Iterator

_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}[0-9]{2}(?: ?[A-Za-z0-9]){11,30}(?![A-Za-z0-9])")
# How long an account number is, for the countries of SEPA and some others; others are taken at 15 to 34.
_IBAN_LENGTHS = {
    **dict.fromkeys(("NO",), 15),
    **dict.fromkeys(("BE",), 16),
    **dict.fromkeys(("DK", "FI", "NL", "FO", "GL"), 18),
    **dict.fromkeys(("MK", "SI"), 19),
    **dict.fromkeys(("AT", "BA", "EE", "LT", "LU", "XK", "KZ"), 20),
    **dict.fromkeys(("CH", "HR", "LI", "LV"), 21),
    **dict.fromkeys(("BG", "DE", "GB", "IE", "ME", "RS", "GE", "BH"), 22),
    **dict.fromkeys(("GI", "IL", "AE", "IQ", "TL"), 23),
    **dict.fromkeys(("AD", "CZ", "ES", "MD", "PK", "RO", "SA", "SE", "SK", "TN", "VG"), 24),
    **dict.fromkeys(("PT", "ST"), 25),
    **dict.fromkeys(("IS", "TR"), 26),
    **dict.fromkeys(("FR", "GR", "IT", "MC", "SM", "MR"), 27),
    **dict.fromkeys(("AL", "AZ", "CY", "DO", "GT", "HU", "LB", "PL"), 28),
    **dict.fromkeys(("BR", "PS", "QA", "UA"), 29),
    **dict.fromkeys(("JO", "KW", "MU"), 30),
    **dict.fromkeys(("MT", "SC"), 31),
}
_PHONE = re.compile(r"(?!\+\d+\.\d+$)\s*(?:\+|00)[1-9](?:[\s().-]{0,2}[0-9]){7,14}\s*")
_PHONE_IN_TEXT = re.compile(r"(?<![\w.+:-])(?:\+|00)[1-9][0-9 ().-]{7,24}")
_NATIONAL_PHONE = re.compile(r"\s*(?:1[ -])?\(?[2-9][0-9]{2}\)?[ -][0-9]{3}[ -][0-9]{4}\s*")
_HEALTH = re.compile(r"\s*([0-9]{3})[ -]([0-9]{3})[ -]([0-9]{4})\s*")
_ARTICLE_LENGTHS = (8, 12, 13, 14)  # of EAN and UPC
_ROLE = re.compile(
    r"\s*(?:abuse|accounts?|admin|alerts?|billing|bookings?|careers?|contact|data|dev|devops|enquiries|feedback|finance|"
    r"hello|help|helpdesk|hostmaster|hr|info|it|jobs|legal|mailer-daemon|marketing|media|news|newsletter|no-?reply|"
    r"notifications?|office|oncall|operations|ops|orders?|postmaster|press|privacy|reception|returns|root|sales|security|"
    r"service|services|shipping|support|team|tech|webmaster)"
    r"(?:[-_.+]?[0-9]{1,6}|[-_.+](?:[a-z]{1,3}|team|desk|office|center|centre|group|list))?@[\w.-]+\s*",
    re.IGNORECASE,
)


def is_role_mailbox(cell: str) -> bool:
    """True for a cell that is the address of an office and of no person, as in support-2@example.com."""
    return _ROLE.fullmatch(cell) is not None


def may_hold_iban(text: str) -> bool:
    return _IBAN.search(text) is not None


def holds_iban(cell: str) -> bool:
    """True for a cell with an account number of the right length and check digits (ISO 13616)."""
    return any(_is_iban(match.replace(" ", "").upper()) for match in _IBAN.findall(cell))


def _is_iban(number: str) -> bool:
    """Whatever follows the number in a text is left out, where the country says how long it is."""
    length = _IBAN_LENGTHS.get(number[:2])
    if length is None or len(number) < length:
        return False
    digits = "".join(str(int(character, 36)) for character in number[4:length] + number[:4])
    return int(digits) % 97 == 1


def is_phone(cell: str) -> bool:
    """True for a telephone number with its country: 8 to 15 digits after + or 00."""
    return _PHONE.fullmatch(cell) is not None


def find_phones(text: str) -> Iterator[str]:
    """Yield the telephone numbers with their country that stand in a text."""
    return (match[0] for match in _PHONE_IN_TEXT.finditer(text) if is_phone(match[0].rstrip(" .()-")))


def is_national_phone(cell: str) -> bool:
    """True for what may be a telephone number of North America, or a part number."""
    return _NATIONAL_PHONE.fullmatch(cell) is not None


def is_health_number(cell: str) -> bool:
    """True for a number of the British health service, 943 476 5919: the last digit is a check of the others."""
    if not (match := _HEALTH.fullmatch(cell)):
        return False
    *digits, check = map(int, "".join(match.groups()))
    remainder = 11 - sum(digit * (10 - place) for place, digit in enumerate(digits)) % 11
    return check == (0 if remainder == 11 else remainder)


def is_long_number(cell: str) -> bool:
    """True for a cell of nothing but as many digits as a payment card may have."""
    return cell.isdigit() and 13 <= len(cell) <= 19


def is_article_number(cell: str) -> bool:
    """True for a barcode (EAN, UPC, GTIN), by its length and its check digit."""
    if not (cell.isdigit() and len(cell) in _ARTICLE_LENGTHS):
        return False
    digits = [int(digit) for digit in reversed(cell)]
    return (sum(digits[::2]) + 3 * sum(digits[1::2])) % 10 == 0
