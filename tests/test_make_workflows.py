"""`make workflows`, a part of `make check`, has what there is of workflows judged by three programs."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.repository import ROOT

BAD = "on: push\npermissions: {}\njobs: {a: {runs-on: x, steps: [{uses: acme/x@v1}]}}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The Makefile, and programs that say how they were called."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    for name in (".venv/bin/check-jsonschema", ".venv/bin/zizmor", "bin/actionlint"):
        program = tmp_path / name
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_text(f'#!/bin/sh\necho "called: {program.name} $*"\n')
        program.chmod(0o755)
    (tmp_path / ".github/workflows").mkdir(parents=True)
    return tmp_path


def make(folder: Path, *, has_actionlint: bool = True, ci: bool = False) -> tuple[int, list[str]]:
    """Return the exit code of `make workflows` and how it called the programs."""
    path = os.pathsep.join([*([str(folder / "bin")] if has_actionlint else []), "/usr/bin", "/bin"])
    environment = {"PATH": path, "HOME": str(folder), "CI": "true" if ci else ""}
    done = subprocess.run(
        ["make", "-o", ".venv/dev.stamp", "workflows"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
    )
    calls = [line.removeprefix("called: ") for line in done.stdout.splitlines() if line.startswith("called:")]
    return done.returncode, calls


def test_without_workflows_only_the_updates_are_judged(folder: Path) -> None:
    code, calls = make(folder, has_actionlint=False, ci=True)
    assert code == 0
    assert calls == ["check-jsonschema --builtin-schema vendor.dependabot .github/dependabot.yml"]


def test_workflows_are_judged_by_schema_by_zizmor_and_by_actionlint(folder: Path) -> None:
    (folder / ".github/workflows/a.yml").write_text("")
    code, (_, *calls) = make(folder, ci=True)
    assert code == 0
    assert calls == [
        "check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/a.yml",
        "zizmor --offline --no-config --no-progress --persona pedantic .github",
        "actionlint -shellcheck= -pyflakes= .github/workflows/a.yml",
    ]


@pytest.mark.parametrize("name", [".venv/bin/check-jsonschema", ".venv/bin/zizmor", "bin/actionlint"])
def test_what_one_of_them_refuses_fails(folder: Path, name: str) -> None:
    (folder / ".github/workflows/a.yml").write_text("")
    (folder / name).write_text("#!/bin/sh\nexit 1\n")
    assert make(folder)[0] != 0


def test_without_actionlint_only_ci_fails(folder: Path) -> None:
    (folder / ".github/workflows/a.yml").write_text("")
    assert make(folder, has_actionlint=False)[0] == 0
    assert make(folder, has_actionlint=False, ci=True)[0] != 0


def test_the_programs_take_these_arguments(folder: Path) -> None:
    (folder / ".github/workflows/a.yml").write_text(BAD)
    shutil.copy(ROOT / ".github/dependabot.yml", folder / ".github")
    for name in ("check-jsonschema", "zizmor"):
        program = folder / ".venv/bin" / name
        program.write_text(f'#!/bin/sh\necho "called: {name}"\nexec "{ROOT}/.venv/bin/{name}" "$@"\n')
    code, calls = make(folder)
    assert code != 0
    assert calls == ["check-jsonschema", "check-jsonschema", "zizmor"]
    (folder / ".github/workflows/a.yml").write_text(
        "name: a\non: push\nconcurrency: {group: a, cancel-in-progress: false}\npermissions: {}\n"
        "jobs: {a: {name: a, runs-on: ubuntu-24.04, timeout-minutes: 5, steps: [{run: ls}]}}\n"
    )
    assert make(folder) == (0, [*calls, "actionlint -shellcheck= -pyflakes= .github/workflows/a.yml"])
