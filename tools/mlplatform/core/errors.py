"""The error that users see."""


class Refusal(Exception):
    """Something that the platform refuses to do: one plain sentence, where the problem is, and what to do about it."""

    def __init__(self, message: str, *, fix: str = "", where: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix
        self.where = where

    def __str__(self) -> str:
        position = f"{self.where}: " if self.where else ""
        advice = f" ({self.fix})" if self.fix else ""
        return f"{position}{self.message}{advice}"
