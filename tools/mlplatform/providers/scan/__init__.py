"""Scanners of infrastructure, chosen from a literal table."""

from collections.abc import Callable

from mlplatform.providers.scan.interface import Scanner


def _checkov() -> Scanner:
    from mlplatform.providers.scan.checkov import Checkov

    return Checkov()


SCANNERS: dict[str, Callable[[], Scanner]] = {"checkov": _checkov}


def connect_scanner(scanner: str = "checkov") -> Scanner:
    """A scanner by name."""
    return SCANNERS[scanner]()
