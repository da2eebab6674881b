"""The repository as a user has it: a clone of its own, brought up once for all acceptance tests."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.laboratory import REPOSITORY, run_git
from tests.support.stack import needs_serving

DOCUMENTS = (
    "platform.yaml",
    "tenants",
    "models",
    "environments",
    "policies",
    "examples",
    ".gitignore",
    ".gitattributes",
)


@dataclass(frozen=True, slots=True)
class Clone:
    """A repository with the example documents, and `platform` to run in it."""

    root: Path

    def platform(self, *args: str, code: int = 0) -> str:
        """What a command prints on standard output; it must end with this exit code."""
        done = self.run(*args)
        assert done.returncode == code, f"platform {' '.join(args)}: {done.stdout}\n{done.stderr}"
        return done.stdout if code == 0 else done.stdout + done.stderr

    def run(self, *args: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "mlplatform.cli", *args]
        return subprocess.run(command, cwd=self.root, capture_output=True, text=True, check=False)

    def status(self, environment: str, model: str) -> dict[str, Any]:
        said = json.loads(self.run("status", "--json").stdout)
        found: dict[str, Any] = said["environments"][environment][model]
        return found

    def commit(self, message: str) -> None:
        run_git(self.root, "add", "-A")
        run_git(self.root, "commit", "-q", "-m", message)

    def replace(self, path: str, old: str, new: str) -> None:
        text = (self.root / path).read_text()
        assert old in text
        (self.root / path).write_text(text.replace(old, new))


def make_clone(root: Path) -> Clone:
    """The documents as they lie in the working tree, as the first commit of a repository."""
    root.mkdir()
    for name in DOCUMENTS:
        source = REPOSITORY / name
        ignore = shutil.ignore_patterns("__pycache__", "mlruns", "*.db")
        if source.is_dir():
            shutil.copytree(source, root / name, ignore=ignore)
        else:
            shutil.copy(source, root / name)
    run_git(root, "init", "-q", "-b", "main")
    run_git(root, "config", "user.name", "Ada Lovelace")
    run_git(root, "config", "user.email", "ada@example.com")
    clone = Clone(root)
    clone.commit("the example tenants")
    return clone


@pytest.fixture(scope="session")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clone]:
    """A clone that was brought up."""
    needs_serving()
    made = make_clone(tmp_path_factory.mktemp("acceptance") / "repository")
    try:
        (made.root.parent / "up.txt").write_text(made.platform("up"))
        yield made
    finally:
        made.run("down")
