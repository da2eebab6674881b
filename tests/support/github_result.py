"""What the stand-in for GitHub replies: a result, or a refusal."""

from dataclasses import dataclass, field
from typing import Any


class Problem(Exception):
    """An answer that refuses."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


@dataclass
class Result:
    """An answer; `list_key` is where the list lies that is paged, where it is not all of the body."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    list_key: str | None = None
