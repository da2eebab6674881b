"""The commands of a shell script, read so that what is not plain is refused and never guessed."""

import re
from dataclasses import dataclass, field

from mlplatform.providers.scan.words import words_of

KEYWORDS = words_of("if then elif else fi while until do done ! { } time")
# How commands end, and how they write; the longest comes first.
OPERATORS = re.compile(r"&&|\|\||\|&|&>>|&>|>>|>&|>\||;;|[;|&<>]")
WRITES = frozenset((">", ">>", ">|", "&>", "&>>", ">&"))
ASSIGNMENT = re.compile(r"[A-Za-z_]\w*\+?=.*", re.DOTALL)
# Variables by which a program is led to run, or to read, something else.
LEADING = re.compile(
    r"(?:GIT_|GH_(?!TOKEN)|LD_|BASH_ENV|ENV=|PATH=|PYTHON|MAKE|SHELL|IFS|PAGER|EDITOR|PROMPT|PS4)"
)
ODD = re.compile(r"`|\$\(\(|\$'|\$\"|\$\[|<<|[<>]\(|\$\{[^}]*@|\(\)")


class Unreadable(Exception):
    """A script that is not plain: says why, as what the script does."""


@dataclass(slots=True)
class Command:
    """The words of a command, without the variables that it sets, and the files that it writes."""

    words: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)


def commands(script: str) -> list[Command]:
    """Every command, those inside $(…) too; Unreadable when it is not plain."""
    reader = _Reader(script.replace("\\\n", " "))
    reader.read(nested=False)
    return [_plain(command) for command in reader.commands_read]


class _Reader:
    """Reads a script sign by sign; only this tells a quote in a comment from one that hides a command."""

    def __init__(self, script: str) -> None:
        self.script = script
        self.at = 0
        self.commands_read: list[Command] = []

    def read(self, *, nested: bool) -> None:
        """Everything up to the end, or to the parenthesis that ends what is nested."""
        command, writes = Command(), False
        while self.at < len(self.script):
            sign = self.script[self.at]
            if sign == ")" and nested:
                break
            if sign in " \t":
                self.at += 1
            elif sign in "\n()" or (operator := OPERATORS.match(self.script, self.at)):
                operator_text = sign if sign in "\n()" else operator[0]  # type: ignore[index]
                self._require_plain()
                self.at += len(operator_text)
                if (writes := operator_text in WRITES) and command.words and command.words[-1].isdigit():
                    command.words.pop()
                elif operator_text not in WRITES and operator_text != "<":
                    self.commands_read.append(command)
                    command = Command()
            elif sign == "#":
                self.at = len(self.script) if (end := self.script.find("\n", self.at)) < 0 else end
            else:
                (command.files if writes else command.words).append(self._word())
                writes = False
        self.commands_read.append(command)
        if nested and self.at == len(self.script):
            raise Unreadable("holds a command inside another that does not end")

    def _word(self) -> str:
        word = ""
        while self.at < len(self.script):
            sign = self.script[self.at]
            self._require_plain()
            if sign in " \t\n;|&<>" or sign in "()":
                break
            if sign == "'":
                word += self._until("'")
            elif sign == '"':
                word += self._quoted()
            else:
                word += self._one()
        return word

    def _quoted(self) -> str:
        self.at += 1
        text = ""
        while self.script[self.at : self.at + 1] != '"':
            if self.at >= len(self.script):
                raise Unreadable("has a quote that does not end")
            if self.script[self.at] == "`" or self.script.startswith("$((", self.at):
                self._require_plain()
            text += self._one()
        self.at += 1
        return text

    def _one(self) -> str:
        """A sign, one behind a backslash, or what stands for the output of a command."""
        if self.script.startswith("$(", self.at):
            self._require_plain()
            self.at += 2
            self.read(nested=True)
            self.at += 1
            return "$OUTPUT"
        if self.script.startswith("${", self.at) and ODD.match(self.script, self.at):
            self._require_plain()
        self.at += 2 if self.script[self.at] == "\\" else 1
        return self.script[self.at - 1 : self.at]

    def _until(self, quote: str) -> str:
        start = self.at + 1
        end = self.script.find(quote, start)
        if end < 0:
            raise Unreadable("has a quote that does not end")
        self.at = end + 1
        return self.script[start:end]

    def _require_plain(self) -> None:
        if odd := ODD.match(self.script, self.at):
            raise Unreadable(f"holds {odd[0][:20]}, which can hide a command")


def _plain(command: Command) -> Command:
    words = list(command.words)
    while words and (words[0] in KEYWORDS or ASSIGNMENT.fullmatch(words[0])):
        if LEADING.match(words[0]):
            raise Unreadable(f"sets {words[0][:40]}")
        words.pop(0)
    if words[:1] == ["for"] and words[2:3] == ["in"]:
        words = []
    if words[:1] == ["export"] and any(LEADING.match(word) for word in words):
        raise Unreadable(f"sets {words[1][:40]}")
    return Command(words, command.files)
