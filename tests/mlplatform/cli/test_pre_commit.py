"""The hook of .pre-commit-config.yaml, run by the real pre-commit for real commits."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.repository import ROOT, good_repository, with_change
from tests.support.scratch import Scratch, isolate, scratch

BIN = Path(sys.executable).parent
TENANT = "tenants/reading/tenant.yaml"
CONFIG = ".pre-commit-config.yaml"


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scratch:
    """A clone in which the hook is installed, with the environment that `make` would have made."""
    isolate(monkeypatch, tmp_path / "home")
    monkeypatch.setenv("PRE_COMMIT_HOME", str(tmp_path / "cache"))
    files = {**good_repository(), CONFIG: (ROOT / CONFIG).read_text(), ".gitignore": "/.venv\n"}
    origin = scratch(tmp_path / "origin", files)
    origin.run("clone", "--quiet", str(origin.root), str(tmp_path / "clone"))
    made = Scratch(tmp_path / "clone")
    made.run("config", "user.name", "Ada Lovelace")
    made.run("config", "user.email", "ada@example.com")
    (made.root / ".venv").symlink_to(BIN.parent)
    subprocess.run([BIN / "pre-commit", "install"], cwd=made.root, check=True, capture_output=True)
    return made


def commit(clone: Scratch, path: str, text: str) -> subprocess.CompletedProcess[str]:
    clone.write(path, text)
    clone.run("add", path)
    command = ["git", "commit", "--message", "a change"]
    return subprocess.run(command, cwd=clone.root, capture_output=True, text=True, check=False)


def test_a_bad_document_blocks_the_commit_and_a_good_one_passes(clone: Scratch) -> None:
    before = clone.head()
    bad = commit(clone, TENANT, clone.read(TENANT) + "pi_i: true\n")
    assert bad.returncode == 1
    assert f"{TENANT}:" in bad.stdout + bad.stderr
    assert clone.head() == before
    text = with_change(good_repository(), TENANT, "Reading recommendations", "What to read")[TENANT]
    good = commit(clone, TENANT, text)
    assert good.returncode == 0, good.stdout + good.stderr
    assert "Passed" in good.stdout + good.stderr
    assert clone.head() != before


def test_a_commit_of_nothing_that_it_judges_is_not_kept_waiting(clone: Scratch) -> None:
    done = commit(clone, "docs/notes.md", "notes\n")
    assert done.returncode == 0
    assert "Skipped" in done.stdout + done.stderr
