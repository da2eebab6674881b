"""The repository as a user has it: a clone that was brought up, as it was then for each test; and the corpus."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mlplatform.core.target import LocalTarget
from tests.support.both_engines import both_engines
from tests.support.cases import Case
from tests.support.corpus import Answer, Corpus, impatience, run
from tests.support.forked_checkov import forked_checkov
from tests.support.forked_platform import Platform, forked_platform
from tests.support.known_state import Template
from tests.support.laboratory import REPOSITORY, run_git
from tests.support.opa import opa_on_path
from tests.support.remembered import remembered_git
from tests.support.stack import end_servers, needs_serving

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
    command: Platform

    def platform(self, *args: str, code: int = 0) -> str:
        """What a command prints on standard output; it must end with this exit code."""
        done = self.run(*args)
        assert done.returncode == code, f"platform {' '.join(args)}: {done.stdout}\n{done.stderr}"
        return done.stdout if code == 0 else done.stdout + done.stderr

    def run(self, *args: str) -> subprocess.CompletedProcess[str]:
        return self.command(self.root, *args)

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


def make_clone(root: Path, command: Platform) -> Clone:
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
    clone = Clone(root, command)
    clone.commit("the example tenants")
    return clone


@pytest.fixture(scope="module")
def brought_up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Template[Clone]]:
    """A clone that the program itself brought up."""
    needs_serving()
    with forked_platform() as platform:
        made = make_clone(tmp_path_factory.mktemp("acceptance") / "repository", platform)
        up = [sys.executable, "-m", "mlplatform.cli", "up"]
        try:
            done = subprocess.run(up, cwd=made.root, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stdout + done.stderr
            (made.root.parent / "up.txt").write_text(done.stdout)
            yield Template.of(made)
        finally:
            end_servers(LocalTarget(made.root))


@pytest.fixture
def clone(brought_up: Template[Clone], request: pytest.FixtureRequest) -> Iterator[Clone]:
    """The clone as it was once it was up."""
    with brought_up.lend_to(request.node) as clone:
        yield clone


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return Corpus.new(tmp_path_factory.mktemp("corpus") / "repository")


@pytest.fixture(scope="module")
def judge(corpus: Corpus) -> Iterator[Callable[[Case], Answer]]:
    """Judges a case."""
    with remembered_git(), forked_checkov():
        yield corpus.judge


@pytest.fixture(scope="module")
def judge_by_both(corpus: Corpus) -> Iterator[Callable[[Case], Answer]]:
    """Judges a case by the embedded engine and by a real OPA server, which have to decide alike."""
    with remembered_git(), forked_checkov(), pytest.MonkeyPatch.context() as patch, both_engines() as engines:
        opa_on_path(patch)

        def judged(case: Case) -> Answer:
            for engine in engines:
                engine.differences.clear()
            before = sum(engine.asked for engine in engines)
            with impatience(case):
                answer = run(corpus.arguments(case), corpus.store.root)
            assert [difference for engine in engines for difference in engine.differences] == []
            if not case.is_attack:
                assert sum(engine.asked for engine in engines) > before
            return answer

        yield judged
