"""The command line: help, usage, and what becomes of an error."""

import importlib
import json
import subprocess
import sys
from pathlib import Path

import click
import pytest

from mlplatform.cli.main import COMMANDS, main
from mlplatform.core.errors import Refusal

HEAVY = ("mlflow", "pydantic", "yaml", "regorus", "rich", "sklearn", "jsonschema")


def run(*args: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mlplatform.cli", *args]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, check=False)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example(name: str) -> None:
    command = importlib.import_module(f"mlplatform.cli.{name}").command
    assert isinstance(command, click.Command)
    assert command.epilog
    assert command.epilog.startswith(f"Example: platform {name}")
    assert command.help


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_says_what_it_is_for_and_a_commit_is_called_rev(name: str) -> None:
    command = importlib.import_module(f"mlplatform.cli.{name}").command
    for option in (one for one in command.params if isinstance(one, click.Option) and not one.hidden):
        assert option.help, option.name
        if option.name in ("rev", "base", "head"):
            assert option.metavar == "REV", option.name


def test_help_imports_click_alone() -> None:
    code = (
        "import sys; from mlplatform.cli.main import platform; platform(['--help'], standalone_mode=False); "
    )
    code += f"print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_wrong_usage_is_exit_2() -> None:
    done = run("promote", "clinic/tumour")
    assert done.returncode == 2
    assert "Missing option '--to'" in done.stderr


def test_an_unknown_command_is_exit_2() -> None:
    assert run("promot").returncode == 2


def test_outside_a_repository_is_one_sentence_and_exit_1(tmp_path: Path) -> None:
    done = run("check", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("error: ")
    assert "not in a git repository" in done.stderr
    assert "Traceback" not in done.stderr


def test_debug_shows_the_traceback(tmp_path: Path) -> None:
    assert "Traceback" in run("--debug", "check", cwd=tmp_path).stderr


def test_a_fault_of_ours_is_exit_3_and_says_where_its_log_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken() -> None:
        raise ZeroDivisionError("oops")

    monkeypatch.setattr("mlplatform.flow.workspace.here", broken)
    with pytest.raises(SystemExit) as ended:
        main(["check"])
    said = capsys.readouterr().err
    assert ended.value.code == 3
    log = Path(said.rsplit(" ", 1)[1].strip())
    assert "ZeroDivisionError: oops" in log.read_text()
    log.unlink()


def test_what_an_error_quotes_cannot_write_on_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse() -> None:
        raise Refusal("no \x1b[2Jmodel\r\n" + "x" * 5000, fix="say \x9b31m\u202eit", where="a\nb")

    monkeypatch.setattr("mlplatform.flow.workspace.here", refuse)
    with pytest.raises(SystemExit):
        main(["check"])
    said = capsys.readouterr().err
    assert all(line.isprintable() and len(line) < 1100 for line in said.split("\n"))
    assert said.startswith("error: a\\nb: no \\x1b[2Jmodel\\r\\nxxx")
    assert said.count("\n") == 2


def test_a_refusal_is_json_on_standard_output_where_json_is_asked_for(tmp_path: Path) -> None:
    done = run("status", "--json", cwd=tmp_path)
    assert done.returncode == 1
    assert "not in a git repository" in json.loads(done.stdout)["error"]["message"]
