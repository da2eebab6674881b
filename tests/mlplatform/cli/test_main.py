"""The command line: help, usage, and what becomes of an error."""

import importlib
import json
import subprocess
import sys
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

import click
import pytest

from mlplatform.cli.main import COMMANDS, GROUPS, main
from mlplatform.core.errors import Refusal
from tests.support.repository import good_repository
from tests.support.scratch import Scratch, isolate, scratch

MODEL = "reading/recommender"
# each command with arguments that do nothing lasting where no server runs
ARGUMENTS: dict[str, tuple[str, ...]] = {
    "status": (),
    "models": (MODEL,),
    "diff": ("integration", "production"),
    "lineage": (MODEL, "--env", "production"),
    "logs": (MODEL, "--env", "production"),
    "check": (),
    "explain": (),
    "review": ("a-branch", "--approve"),
    "merge": ("a-branch",),
    "forge": ("verdict", "--branch", "a-branch"),
    "register": (MODEL, "1.2.0", "--run", "f" * 32),
    "deploy": (MODEL, "1.2.0", "--env", "development"),
    "validate": (MODEL, "--env", "production"),
    "promote": (MODEL, "--to", "production"),
    "rollback": (MODEL, "--env", "production"),
    "new": ("model", "reading/other"),
    "plan": ("--env", "production"),
    "apply": ("--env", "production"),
    "drift": (),
    "retry": (MODEL, "--env", "production"),
    "emergency": ("list",),
    "incident": ("list",),
    "access": ("review", "--quarter", "2026Q1"),
    "record": (),
    "evidence": ("trust",),
    "up": (),
    "down": (),
}
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

    monkeypatch.setattr("mlplatform.flow.workspace.Workspace.discover", broken)
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

    monkeypatch.setattr("mlplatform.flow.workspace.Workspace.discover", refuse)
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


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_json(name: str) -> None:
    command = importlib.import_module(f"mlplatform.cli.{name}").command
    for each in command.commands.values() if isinstance(command, click.Group) else [command]:
        assert "as_json" in [option.name for option in each.params]


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scratch:
    """A repository with no server and no registry."""
    isolate(monkeypatch, tmp_path / "home")
    made = scratch(tmp_path / "repository", good_repository())
    monkeypatch.chdir(made.root)
    return made


@pytest.mark.parametrize("name", [name for name in COMMANDS if name != "up"])  # that one starts servers
def test_what_a_command_prints_with_json_is_json_whatever_becomes_of_it(
    repo: Scratch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    with suppress(SystemExit):
        main([name, *ARGUMENTS[name], "--json"])
    assert isinstance(json.loads(capsys.readouterr().out), dict)


def test_the_list_of_commands_is_in_groups_that_share_no_command() -> None:
    assert sum(map(len, GROUPS.values())) == len(COMMANDS)
    printed = run("--help").stdout
    for title, commands in GROUPS.items():
        section = printed.partition(f"{title}:\n")[2].partition("\n\n")[0]
        assert [line.split()[0] for line in section.splitlines()] == list(commands)


def test_the_version_is_the_installed_one() -> None:
    assert run("--version").stdout == f"platform {version('mlplatform')}\n"


def test_drift_is_told_apart_from_data_drift() -> None:
    printed = " ".join(run("drift", "--help").stdout.split())
    assert "Show configuration drift" in printed
    assert "Data drift" in printed


@pytest.mark.parametrize(
    "args",
    [
        ("--revert",),
        ("--adopt",),
        (MODEL, "--env", "production", "--revert"),
        ("--tenant", "reading", "--env", "x", "--adopt"),
    ],
)
def test_reverting_and_adopting_take_one_whole_environment(args: tuple[str, ...]) -> None:
    assert run("drift", *args).returncode == 2


def test_edits_of_the_working_tree_are_named_as_not_planned(
    repo: Scratch, capsys: pytest.CaptureFixture[str]
) -> None:
    repo.write("tenants/reading/tenant.yaml", "edited")
    with pytest.raises(SystemExit):
        main(["plan", "--env", "production"])
    printed = capsys.readouterr().err
    commit = repo.run("rev-parse", "--short=12", "HEAD")
    assert f"note: commit {commit} is read; edits of the working tree are not in it" in printed
    assert "tenants/reading/tenant.yaml" in printed
