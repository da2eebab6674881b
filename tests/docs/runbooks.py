"""The runbooks of docs/runbooks/ as values: what people see, the commands, and the tests that try them."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs/runbooks"
PARTS = ("You see", "It means", "Do", "It is over", "Tried")
_PART = re.compile(r"^\*\*(" + "|".join(PARTS) + r")\*\*", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Runbook:
    """One page, by the name of its file."""

    name: str
    text: str

    @property
    def parts(self) -> dict[str, str]:
        """The text of each part by what it begins with, in order."""
        _, *pieces = _PART.split(self.text)
        return dict(zip(pieces[::2], pieces[1::2], strict=True))

    @property
    def messages(self) -> list[str]:
        """What people see, a message a line; `…` stands for anything."""
        return _indented(self.parts["You see"])

    @property
    def commands(self) -> list[str]:
        """The commands to run."""
        return _indented(self.parts["Do"])

    @property
    def tests(self) -> list[tuple[str, str]]:
        """The file and the name of each test that tries it."""
        return re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", self.parts["Tried"])

    def is_seen_in(self, output: str) -> bool:
        """True when a command printed one of the messages."""
        printed = " ".join(output.split())
        return any(re.search(_pattern(message), printed) for message in self.messages)


@cache
def runbooks() -> tuple[Runbook, ...]:
    """Return every page but the index."""
    pages = sorted(FOLDER.glob("*.md"))
    return tuple(Runbook(page.stem, page.read_text()) for page in pages if page.stem != "README")


def runbook(name: str) -> Runbook:
    """Return one page."""
    return next(page for page in runbooks() if page.name == name)


def _pattern(message: str) -> str:
    return ".*?".join(re.escape(" ".join(piece.split())) for piece in message.split("…"))


def _indented(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.startswith("    ")]
