"""The policies as they lie mean the same to the embedded engine, to an OPA server and to their authors' `opa test`."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import closing

import pytest

from mlplatform.providers.policy.annotations import package_of
from mlplatform.providers.policy.client import OpaServer, RegoRefused
from tests.support.opa import real_opa, running_opa
from tests.support.rego import POLICIES, TESTS, embedded, names_of_tests, passes
from tests.support.repository import ROOT

NAMES = {f"{package_of(TESTS[path])}.{name}": (path, name) for path in TESTS for name in names_of_tests(path)}


@pytest.fixture(scope="module")
def server() -> Iterator[OpaServer]:
    with running_opa(str(ROOT / "policies/rego")) as opa, closing(OpaServer(opa.url)) as server:
        yield server


def test_opa_test_runs_the_same_tests_and_all_pass() -> None:
    command = [real_opa(), "test", "--format", "json", "policies/rego"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    results = json.loads(done.stdout)
    said = {f"{one['package'].removeprefix('data.')}.{one['name']}" for one in results if not one.get("fail")}
    assert said == set(NAMES)


def test_opa_and_the_embedded_engine_give_every_test_the_same_result(server: OpaServer) -> None:
    engine = embedded(POLICIES)
    here = {test: passes(engine, path, name) for test, (path, name) in NAMES.items()}
    there = {test: _passes_there(server, *test.rsplit(".", 1)) for test in NAMES}
    assert there == here


def _passes_there(server: OpaServer, package: str, name: str) -> bool | str:
    try:
        return server.ask(package, name, {}) is True
    except RegoRefused as refusal:
        return str(refusal)


def test_every_policy_compiles_in_both_and_may_call_only_what_capabilities_list() -> None:
    command = [
        real_opa(),
        "check",
        "--strict",
        "--capabilities",
        "policies/capabilities.json",
        "policies/rego",
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
