"""The one way to say no to a user."""


class Refusal(Exception):
    """Something the platform will not do: one plain sentence, where it is, and what to do about it."""

    def __init__(self, message: str, *, fix: str = "", where: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix
        self.where = where

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        advice = f" ({self.fix})" if self.fix else ""
        return f"{place}{self.message}{advice}"
