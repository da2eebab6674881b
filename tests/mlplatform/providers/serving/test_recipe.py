"""CONTRIBUTING's "Add a provider" is true: followed in a copy of the tree, it makes a serving provider that works."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace as with_fields
from pathlib import Path
from typing import Any

import pytest

from tests.support.laboratory import KEYS, REPOSITORY, SCALER, SIGNERS, Laboratory, laboratory, run_git
from tests.support.repository import NEW, good_repository, with_change
from tests.support.reviewers import Reviewers
from tests.support.scratch import scratch
from tests.support.stack import ask
from tests.support.tiny_server import tiny_server
from tests.support.values import environment

pytestmark = pytest.mark.exhaustive

HERE = Path(__file__).parent
PRODUCTION = "environments/production/environment.yaml"
PINNED = "environments/production/reading/recommender.yaml"
SERVING = '{provider: tiny, uri: "http://127.0.0.1:1", deadlineSeconds: 5}'

SETTINGS = '''class TinySettings(ServingSettings):
    """A tiny server; how long a call may take."""

    provider: Literal["tiny"]
    deadlineSeconds: int = Field(default=10, ge=1)


# Each provider's'''
ENTRY = """_PROVIDERS: tuple[AnyProvider, ...] = (
    ServingProvider(
        name="tiny",
        settings=TinySettings,
        connect=_connect_tiny,
        capabilities={
            ADDRESS: Heeded(),
            FORMAT: Heeded(("onnx",)),
            STRATEGY: Heeded(("all",)),
            EXPERIMENT: NotHeeded(),
            SHADOW: NotHeeded(),
            GPU: NotHeeded(),
        },
    ),
"""
CONNECT = """def _connect_tiny(settings: TinySettings, _: EnvironmentPaths) -> Serving:
    from mlplatform.providers.serving.tiny import TinyServing

    return TinyServing(settings)


def _local_triton"""
FIXTURE = """

@pytest.fixture
def tiny_serving():
    from mlplatform.core.kinds.serving_settings import TinySettings
    from tests.support.tiny_server import tiny_server

    with tiny_server() as address:
        yield SERVING_PROVIDERS["tiny"].connect(TinySettings(provider="tiny", uri=address), None)
"""


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the tree in which the recipe was followed."""
    root = tmp_path_factory.mktemp("tree")
    for folder in ("tools", "policies", "tests/support", "tests/mlplatform/providers/serving"):
        shutil.copytree(
            REPOSITORY / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__", "recipe")
        )
    for file in ("pyproject.toml", "Makefile", "tests/conftest.py"):
        shutil.copy(REPOSITORY / file, root / file)
    follow_recipe(root)
    return root


def follow_recipe(root: Path) -> None:
    """The steps of CONTRIBUTING, in its order."""
    kinds, serving = root / "tools/mlplatform/core/kinds", root / "tools/mlplatform/providers/serving"
    replace(
        kinds / "serving_settings.py",
        ("# Each provider's", SETTINGS),
        ("TritonSettings | ", "TritonSettings | TinySettings | "),
    )
    shutil.copy(HERE / "recipe" / "tiny.py", serving / "tiny.py")
    replace(
        serving / "__init__.py",
        ("import TritonSettings", "import TinySettings, TritonSettings"),
        ("def _local_triton", CONNECT),
        ("_PROVIDERS: tuple[AnyProvider, ...] = (\n", ENTRY),
    )
    conftest = root / "tests/mlplatform/providers/serving/conftest.py"
    conftest.write_text(conftest.read_text() + FIXTURE)


def replace(file: Path, *edits: tuple[str, str]) -> None:
    text = file.read_text()
    for old, new in edits:
        assert text.count(old) == 1, f"{old!r} in {file}"
        text = text.replace(old, new)
    file.write_text(text)


def run(tree: Path, folder: Path, *command: str) -> "subprocess.CompletedProcess[str]":
    """A Python module of the copied tree."""
    variables = {**os.environ, "PYTHONPATH": f"{tree / 'tools'}:{tree}"}
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=folder,
        env=variables,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.fixture
def address() -> Iterator[str]:
    with tiny_server() as found:
        yield found


@pytest.fixture
def lab(tmp_path: Path, address: str) -> Laboratory:
    """A repository whose production is served by the tiny server: an environment that other machines reach."""
    made = laboratory(tmp_path / "lab", ["1.0.0", "1.1.0"])
    root = made.place.git.root
    run_git(root, "init", "-q", "--bare", str(root / ".platform/remote"))
    run_git(root, "remote", "add", "origin", str(root / ".platform/remote"))
    served = {"provider": "tiny", "uri": address}
    (root / SIGNERS).write_text(Reviewers(root / KEYS).signers())
    made.commit({PRODUCTION: {**environment(3), "serving": served}}, "production on the tiny server")
    run_git(root, "push", "-q", "origin", "HEAD:main")
    return with_fields(made, shared=address)


def pin(lab: Laboratory, version: str) -> None:
    lab.pin("production", version)


def platform(tree: Path, lab: Laboratory) -> Callable[..., Any]:
    def command(*arguments: str) -> Any:
        done = run(tree, lab.place.git.root, "mlplatform.cli", *arguments, "--json")
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)

    return command


def test_an_environment_is_planned_applied_and_observed_on_it(
    tree: Path, lab: Laboratory, address: str
) -> None:
    command = platform(tree, lab)
    pin(lab, "1.0.0")
    planned = command("plan", "--env", "production")["changes"]
    assert "tiny" in {change["provider"] for change in planned}
    command("apply", "--env", "production")
    assert ask(f"{address}/infer/{SCALER}")[1]["outputs"][0]["data"] == [1.0] * 4
    pin(lab, "1.1.0")
    command("apply", "--env", "production")
    assert ask(f"{address}/infer/{SCALER}")[1]["outputs"][0]["data"] == [2.0] * 4
    assert command("plan", "--env", "production")["changes"] == []
    served = command("status")["environments"]["production"][SCALER]
    assert (served["state"], served["actual"]["version"]) == ("Ready", "1.1.0")


OTHER = f"{{version: 1.1.0, digest: {NEW}, percent: 10}}"
CHECKED = {
    "all that it can do": (SERVING, "", "", []),
    "an experiment": (
        SERVING,
        "rollout:",
        f"experiment: {{id: exp-7, challenger: {{version: 1.1.0, digest: {NEW}}}, percent: 10}}\nrollout:",
        [f"{PINNED} capability-experiment tiny runs no experiments yet"],
    ),
    "a shadow": (
        SERVING,
        "rollout:",
        f"shadow: {OTHER}\nrollout:",
        [f"{PINNED} capability-shadow tiny runs no shadows yet"],
    ),
    "a canary": (
        SERVING,
        "strategy: all",
        "strategy: canary, steps: [5, 50]",
        [f"{PINNED} capability-rollout tiny does not roll out by canary"],
    ),
    "no address": (
        "{provider: tiny}",
        "",
        "",
        [f"{PRODUCTION} capability-uri tiny has no servers on this machine"],
    ),
    "a slip in a setting of its own": (
        '{provider: tiny, uri: "http://127.0.0.1:1", deadlineSecond: 5}',
        "",
        "",
        [
            f"{PRODUCTION} schema-unknown-key unknown key serving.deadlineSecond: did you mean deadlineSeconds?"
        ],
    ),
    "its setting for another provider": (
        "{provider: triton, deadlineSeconds: 5}",
        "",
        "",
        [f"{PRODUCTION} schema-unknown-key unknown key serving.deadlineSeconds"],
    ),
}


@pytest.mark.parametrize(("serving", "old", "new", "expected"), CHECKED.values(), ids=CHECKED)
def test_what_it_cannot_do_is_refused_by_name(
    tree: Path, tmp_path: Path, serving: str, old: str, new: str, expected: list[str]
) -> None:
    files = with_change(good_repository(), PRODUCTION, "{provider: triton}", serving)
    files = with_change(files, PINNED, old, new) if old else files
    shutil.copytree(REPOSITORY / "policies/rego", tmp_path / "repository/policies/rego")
    repository = scratch(tmp_path / "repository", files)
    done = run(tree, repository.root, "mlplatform.cli", "check", "--json")
    found = [f"{one['path']} {one['rule']} {one['message']}" for one in json.loads(done.stdout)["findings"]]
    assert found == expected


@pytest.mark.parametrize("file", ["test_contract.py", "test_table.py"])
def test_the_tests_of_every_provider_run_over_it(tree: Path, file: str) -> None:
    done = run(
        tree,
        tree,
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-k",
        "tiny",
        f"tests/mlplatform/providers/serving/{file}",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout
