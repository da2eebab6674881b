"""One answer of GitHub: its pages, its rate limits, its refusals, and the values that are read from it."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from mlplatform.core.names import printable
from mlplatform.providers.forge.interface import ForgeError

MISSING = frozenset({404, 410})
_MOVED = frozenset({301, 302, 307, 308})
_LIMITED = frozenset({403, 429})
_UNSAID_LIMIT_SECONDS = 60.0  # what GitHub asks for where it says no time
_LIMIT_WORDS = (b"secondary rate limit", b"abuse detection")
_LONGEST_MESSAGE = 200

T = TypeVar("T")


class UnknownToGitHub(ForgeError):
    """GitHub does not know what it was asked for, or does not show it to these credentials."""


class Forbidden(ForgeError):
    """GitHub does not let these credentials do what was asked for."""


class _Message(BaseModel):
    message: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to `question` (method and path); header names are in lower case, `secret` is never shown."""

    question: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    secret: str

    def read(self, shape: type[T]) -> T:
        """Return the value in the answer; ForgeError when it is no JSON, or lacks what is needed."""
        try:
            return TypeAdapter(shape).validate_json(self.body)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(str(step) for step in first["loc"])
            raise ForgeError(
                f"GitHub's answer to {self.question} cannot be read: "
                f"{printable(f'{where}: ' if where else '')}{first['type'].replace('_', ' ')}",
                fix="run the command again; see that gitHost.api in platform.yaml is GitHub's",
            ) from None

    def limit_seconds(self) -> float | None:
        """Return for how long GitHub takes no more requests; None where it does not say that it limits them."""
        if self.status not in _LIMITED:
            return None
        if (seconds := _number(self.headers.get("retry-after"))) is not None:
            return seconds
        if self.headers.get("x-ratelimit-remaining") == "0":
            reset = _number(self.headers.get("x-ratelimit-reset"))
            return _UNSAID_LIMIT_SECONDS if reset is None else max(0.0, reset - time.time()) + 1
        is_limit = self.status == 429 or any(words in self.body.lower() for words in _LIMIT_WORDS)
        return _UNSAID_LIMIT_SECONDS if is_limit else None

    def require_success(self) -> None:
        """ForgeError, in GitHub's own words, unless it did what was asked for."""
        if 200 <= self.status < 300:
            return
        if self.status == 401:
            raise ForgeError(
                "GitHub does not accept the credentials",
                fix="renew GITHUB_TOKEN, or PLATFORM_APP_ID and PLATFORM_APP_KEY",
            )
        if self.status in _MOVED:
            raise ForgeError(
                f"GitHub says that {self.question} has moved",
                fix="write the repository's present name in gitHost.repository of platform.yaml",
            )
        kind = UnknownToGitHub if self.status in MISSING else Forbidden if self.status == 403 else ForgeError
        raise kind(
            f"GitHub answers {self.status} to {self.question}{self._message()}",
            fix="see that gitHost in platform.yaml is right, and that the credentials have the rights for it",
        )

    def _message(self) -> str:
        try:
            message = _Message.model_validate_json(self.body).message
        except ValidationError:
            return ""
        text = printable(redact(message, self.secret))[:_LONGEST_MESSAGE]
        return f": {text}" if text else ""


def limited(seconds: float) -> ForgeError:
    """Return the error that says until when GitHub takes no more requests."""
    until = datetime.fromtimestamp(min(time.time() + seconds, 2**33), UTC)
    return ForgeError(
        f"GitHub limits requests until {until:%Y-%m-%d %H:%M:%S} UTC", fix="run the command again after that"
    )


def redact(text: str, secret: str) -> str:
    """Return a text without the secret."""
    return text.replace(secret, "***") if secret else text


def _number(text: str | None) -> float | None:
    return float(text) if text is not None and text.isascii() and text.isdigit() else None
