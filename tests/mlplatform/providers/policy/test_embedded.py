"""The embedded engine: chosen by default, and with the built-ins that the policies may use."""

import json
import subprocess
import sys

import pytest

from mlplatform.providers.policy import ENGINES, connect_engine, engine_name
from mlplatform.providers.policy.builtin_allowlist import IMPURE
from tests.support.repository import ROOT


def test_it_is_chosen_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPA_URL", raising=False)
    assert connect_engine({}).name == engine_name(None) == "embedded"
    assert set(ENGINES) == {"embedded", "opa"}


def test_a_server_named_in_the_environment_is_chosen_unless_another_engine_is_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPA_URL", "http://127.0.0.1:8181")
    assert engine_name(None) == "opa"
    assert engine_name("embedded") == "embedded"
    monkeypatch.setenv("OPA_URL", "")
    assert engine_name(None) == "embedded"
    assert engine_name("opa") == "opa"


def test_capabilities_name_only_what_the_embedded_engine_has() -> None:
    """`opa check --capabilities` and the embedded engine refuse the same calls."""
    from regorus import Engine

    listed = json.loads((ROOT / "policies/capabilities.json").read_text())["builtins"]
    answer = json.loads(Engine().eval_query_as_json("opa.runtime().builtins"))
    own = {name for name in answer["result"][0]["expressions"][0]["value"] if not name.startswith("__")}
    operators = {builtin["name"] for builtin in listed if "infix" in builtin}
    syntax = {"assign", "eq", "internal.member_2", "internal.member_3"}
    assert {builtin["name"] for builtin in listed} - operators - syntax == own - IMPURE - {"minus"} - syntax


def test_the_table_of_engines_imports_none() -> None:
    heavy = "{'regorus', 'opa_client', 'requests', 'http.client'}"
    program = f"import sys, mlplatform.providers.policy as p; sys.exit(bool({heavy} & set(sys.modules)))"
    subprocess.run([sys.executable, "-c", program], check=True, env={"PYTHONPATH": str(ROOT / "tools")})
