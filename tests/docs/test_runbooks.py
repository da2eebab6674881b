"""Each runbook quotes a message that there is, names commands that there are, and is tried by a test."""

import importlib
import re
import shlex
from functools import cache
from pathlib import Path

import click
import pytest

from mlplatform.cli.main import COMMANDS
from tests.docs.runbooks import FOLDER, PARTS, ROOT, Runbook, runbooks

MOST_LINES = 40
FIXED = ("production … Ready …",)  # a row of a table, and no message


@cache
def printed_texts() -> str:
    """Return all that the code and the policies may print, with `…` for what they fill in."""
    files = [*ROOT.glob("tools/**/*.py"), *ROOT.glob("policies/rego/**/*.rego")]
    text = "\n".join(file.read_text() for file in files if ".venv" not in file.parts)
    text = re.sub(r"\{[^{}\n]*\}|%[vsd]", "…", text)
    return re.sub(r'"\s*\n?\s*f?"', "", text)


@pytest.mark.parametrize("page", runbooks(), ids=lambda page: page.name)
def test_a_page_has_its_parts_in_order_and_fits_on_a_screen(page: Runbook) -> None:
    assert list(page.parts) == list(PARTS)
    assert all(text.strip(" .:\n") for text in page.parts.values())
    assert len(page.text.splitlines()) < MOST_LINES


@pytest.mark.parametrize("page", runbooks(), ids=lambda page: page.name)
def test_its_messages_are_what_the_platform_prints(page: Runbook) -> None:
    assert page.messages
    pieces = [
        piece.strip()
        for message in page.messages
        if message not in FIXED
        for piece in re.split("…|: ", message)
        if len(piece.strip()) > 3
    ]
    assert [piece for piece in pieces if piece not in printed_texts()] == []


@pytest.mark.parametrize("page", runbooks(), ids=lambda page: page.name)
def test_its_commands_are_there_with_their_options(page: Runbook) -> None:
    for line in page.commands:
        program, *words = shlex.split(line)
        if program != "platform":
            continue
        assert words[0] in COMMANDS
        command = importlib.import_module(f"mlplatform.cli.{words[0]}").command
        if isinstance(command, click.Group):
            command = command.commands[words[1]]
        options = {name for parameter in command.params for name in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= options, line


@pytest.mark.parametrize("page", runbooks(), ids=lambda page: page.name)
def test_the_tests_that_try_it_are_there(page: Runbook) -> None:
    assert page.tests
    for file, name in page.tests:
        assert re.search(rf"^def {name}\(", (ROOT / file).read_text(), re.MULTILINE), f"{file}::{name}"


def test_the_index_names_each_page_once() -> None:
    named = re.findall(r"\((\S+)\.md\)$", (FOLDER / "README.md").read_text(), re.MULTILINE)
    assert sorted(named) == [page.name for page in runbooks()]


@pytest.mark.parametrize("page", sorted(FOLDER.glob("*.md")), ids=lambda page: page.stem)
def test_its_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text()):
        assert (page.parent / target).exists(), target
