"""An OPA server of its own or a shared one: it judges by our policies and by nobody else's, or does not answer."""

import gzip
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from mlplatform.providers.policy import client, connect_engine
from mlplatform.providers.policy.interface import Decision, PolicyError
from mlplatform.providers.policy.server import ServerEngine
from tests.support.odd_opa import Between, Call, serving
from tests.support.opa import RunningOpa, opa_on_path, running_opa
from tests.support.waiting import DEADLINE_SECONDS, wait_until

PATH = "policies/rego/size.rego"
PACKAGE = """\
package platform.size

decision := {"evaluated": (satisfied | {denial.rule | some denial in deny}), "deny": deny}

satisfied contains "size" if input.size <= data.lib.limit.most(input)

deny contains {"rule": "size", "message": "too much", "at": []} if not "size" in satisfied
"""
LIBRARY = "package lib.limit\n\nmost(_) := 3\n"
POLICIES = {PATH: PACKAGE, "policies/rego/lib/limit.rego": LIBRARY}
LAX = {PATH: PACKAGE, "policies/rego/lib/limit.rego": LIBRARY.replace("3", "9")}


@pytest.fixture
def opa() -> Iterator[RunningOpa]:
    with running_opa() as opa:
        yield opa


def _denied(engine: ServerEngine, *sizes: int) -> list[bool]:
    answers = engine.decide("platform.size", [json.dumps({"size": size}) for size in sizes])
    assert all(isinstance(one, Decision) for one in answers), answers
    return [bool(one.denials) for one in answers if isinstance(one, Decision)]


def _causes(answers: Sequence[Decision | PolicyError]) -> list[str]:
    return [str(one) if isinstance(one, PolicyError) else "a decision" for one in answers]


def _call(opa: RunningOpa, method: str, path: str, body: str = "") -> Any:
    connection = HTTPConnection(opa.url.removeprefix("http://"), timeout=DEADLINE_SECONDS)
    connection.request(method, path, body.encode())
    answer = connection.getresponse()
    text = answer.read()
    assert answer.status == 200, text
    return json.loads(text)


def _held(opa: RunningOpa) -> list[str]:
    return [one["id"] for one in _call(opa, "GET", "/v1/policies")["result"]]


def test_it_starts_the_opa_on_path_and_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    opa_on_path(monkeypatch)
    with closing(connect_engine(POLICIES, "opa")) as engine:
        assert isinstance(engine, ServerEngine)
        assert _denied(engine, 3, 4) == [False, True]
        assert engine.pid is not None
        os.kill(engine.pid, 0)
    with pytest.raises(ProcessLookupError):
        os.kill(engine.pid, 0)


def test_the_opa_that_it_starts_judges_without_what_does_not_compile(monkeypatch: pytest.MonkeyPatch) -> None:
    opa_on_path(monkeypatch)
    policies = {**POLICIES, "policies/rego/odd.rego": "package platform.odd\n\nx := y if true\n"}
    with closing(ServerEngine(policies)) as engine:
        assert [(flaw.path, flaw.line, flaw.column) for flaw in engine.broken] == [
            ("policies/rego/odd.rego", 3, 6)
        ]
        assert _denied(engine, 3, 4) == [False, True]


def test_nobody_without_its_token_reaches_the_opa_that_it_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    opa_on_path(monkeypatch)
    with closing(ServerEngine(POLICIES)) as engine:
        connection = HTTPConnection(engine.url.removeprefix("http://"), timeout=DEADLINE_SECONDS)
        connection.request("PUT", "/v1/policies/other", b"package platform.size\n\nsatisfied contains 1\n")
        assert connection.getresponse().status == 401
        assert _denied(engine, 4) == [True]


def test_the_environment_changes_nothing_of_the_opa_that_it_starts(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    opa_on_path(monkeypatch)
    monkeypatch.setenv("OPA_RUN_CONFIG_FILE", str(tmp_path / "nothing.yaml"))
    monkeypatch.setenv("OPA_RUN_V0_COMPATIBLE", "true")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with closing(ServerEngine(POLICIES)) as engine:
        assert _denied(engine, 3, 4) == [False, True]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
def test_the_opa_ends_with_a_process_that_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    opa_on_path(monkeypatch)
    program = (
        "import signal; from mlplatform.providers.policy.process import OpaProcess;"
        "print(OpaProcess({}).pid, flush=True); signal.pause()"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen([sys.executable, "-c", program], env=environment, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        os.kill(pid, 0)
        parent.send_signal(signal.SIGKILL)
    wait_until(lambda: not _runs(pid), "the end of opa")


def _runs(pid: int) -> bool:
    """Whether a process runs; one that nobody waits for may stay a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_an_engine_leaves_nothing_on_a_shared_server(opa: RunningOpa) -> None:
    _call(opa, "PUT", "/v1/policies/other.rego", "package other\n\nx := 1\n")
    with closing(ServerEngine(POLICIES, opa.url)) as engine:
        assert _denied(engine, 3, 4) == [False, True]
        assert len(_held(opa)) == 4
    assert _held(opa) == ["other.rego"]


def test_two_engines_of_a_process_take_turns_on_a_server(opa: RunningOpa) -> None:
    """A pull request is judged by the policies of its base, and by its own beside them."""
    with closing(ServerEngine(POLICIES, opa.url)) as strict, closing(ServerEngine(LAX, opa.url)) as lax:
        assert _denied(strict, 4) == [True]
        assert _denied(lax, 4) == [False]
        assert _denied(strict, 4) == [True]
    assert _held(opa) == []


def test_an_engine_does_not_answer_while_another_process_judges_with_the_server(opa: RunningOpa) -> None:
    with closing(ServerEngine(POLICIES, opa.url)) as engine:
        assert _denied(engine, 4) == [True]
        _in_another_process(LAX, opa.url)
        (cause,) = _causes(engine.decide("platform.size", ['{"size":4}']))
        assert cause.startswith("another process judges with this OPA server")
        (again,) = _causes(engine.decide("platform.size", ['{"size":4}']))
        assert again == cause


def _in_another_process(policies: dict[str, str], url: str) -> None:
    """Uploads policies and ends without removing them, as if it had been killed."""
    program = (
        "import sys, json; from mlplatform.providers.policy.server import ServerEngine;"
        "ServerEngine(*json.load(sys.stdin))"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    given = json.dumps([policies, url])
    subprocess.run([sys.executable, "-c", program], env=environment, input=given, text=True, check=True)


def test_what_a_killed_process_left_is_removed_first(opa: RunningOpa) -> None:
    more = 'package platform.size\n\nsatisfied contains "size"\n'
    _in_another_process({**LAX, "policies/rego/more.rego": more}, opa.url)
    with closing(ServerEngine(POLICIES, opa.url)) as engine:
        assert _denied(engine, 3, 4) == [False, True]
    assert _held(opa) == []


@pytest.mark.parametrize("change", ["replaced", "added", "removed"])
def test_a_policy_that_another_changes_is_noticed_by_the_next_answer(opa: RunningOpa, change: str) -> None:
    with closing(ServerEngine(POLICIES, opa.url)) as engine:
        assert _denied(engine, 4) == [True]
        theirs = _upload_of(opa, "platform/size")
        lax = PACKAGE.replace("input.size <= data.lib.limit.most(input)", "true")
        match change:
            case "replaced":
                _call(opa, "PUT", f"/v1/policies/{theirs}", lax)
            case "added":
                _call(opa, "PUT", "/v1/policies/mlplatform/0", f'{lax}\nmlplatform_session contains "x/0"\n')
            case "removed":
                _call(opa, "DELETE", f"/v1/policies/{theirs}")
        (cause,) = _causes(engine.decide("platform.size", ['{"size":4}']))
        assert "another process judges" in cause


def _upload_of(opa: RunningOpa, package: str) -> str:
    for one in _call(opa, "GET", "/v1/policies")["result"]:
        if "/".join(step["value"] for step in one["ast"]["package"]["path"][1:]) == package:
            return str(one["id"])
    raise AssertionError(f"no policy of {package}")


@pytest.mark.parametrize("package", ["platform.size", "platform.size.more", "lib", "lib.limit"])
def test_a_server_with_policies_of_the_same_name_is_refused(opa: RunningOpa, package: str) -> None:
    _call(opa, "PUT", "/v1/policies/theirs.rego", f"package {package}\n\ntheirs := 1\n")
    with pytest.raises(PolicyError, match=r"theirs\.rego .package .*give the check a server of its own"):
        ServerEngine(POLICIES, opa.url)
    assert _held(opa) == ["theirs.rego"]


def test_what_only_opa_refuses_is_broken_at_its_line_and_column(opa: RunningOpa) -> None:
    policies = {**POLICIES, "policies/rego/odd.rego": "package platform.odd\n\nx := y if true\n"}
    with closing(ServerEngine(policies, opa.url)) as engine:
        (flaw,) = engine.broken
        assert (flaw.path, flaw.line, flaw.column) == ("policies/rego/odd.rego", 3, 6)
        assert "y is unsafe" in flaw.message
        assert _denied(engine, 3, 4) == [False, True]
        assert _causes(engine.decide("platform.odd", ["{}"])) == ["it has no decision"]


def test_a_policy_that_calls_what_does_not_compile_is_broken_too(opa: RunningOpa) -> None:
    policies = {PATH: PACKAGE, "policies/rego/lib/limit.rego": LIBRARY.replace("3", "y")}
    with closing(ServerEngine(policies, opa.url)) as engine:
        assert {flaw.path for flaw in engine.broken} == set(policies)


def test_a_name_that_no_address_could_carry_is_not_uploaded(opa: RunningOpa) -> None:
    path = "policies/../a b?x=%2e#ü.rego"
    with closing(ServerEngine({**POLICIES, path: PACKAGE}, opa.url)) as engine:
        assert [flaw.path for flaw in engine.broken] == [path]
        assert len(_held(opa)) == len(POLICIES) + 1  # and the module that asks
        assert _denied(engine, 3, 4) == [False, True]


def test_an_answer_that_unpacks_without_end_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "_ANSWER_BYTES", 1 << 20)

    def unpacks(call: Call, _: bytes) -> None:
        body = gzip.compress(json.dumps({"result": " " * (2 << 20)}).encode())
        call.send_response(200)
        call.send_header("Content-Encoding", "gzip")
        call.send_header("Content-Length", str(len(body)))
        call.end_headers()
        call.wfile.write(body)

    with serving(Between(None)) as server:
        server.answer = unpacks
        with pytest.raises(PolicyError, match="answers what no OPA server would"):
            ServerEngine(POLICIES, server.url)


def test_a_server_that_sends_its_callers_to_another_gets_no_policies_there() -> None:
    reached: list[str] = []

    def elsewhere(call: Call, _: bytes) -> None:
        reached.append(call.path)
        call.say(200, b'{"result": []}')

    def sends_on(call: Call, _: bytes) -> None:
        call.send_response(307)
        call.send_header("Location", other.url + call.path)
        call.send_header("Content-Length", "0")
        call.end_headers()

    with serving(Between(None)) as other, serving(Between(None)) as server:
        other.answer, server.answer = elsewhere, sends_on
        with pytest.raises(PolicyError, match="answers what no OPA server would"):
            ServerEngine(POLICIES, server.url)
    assert reached == []


def test_an_address_that_cannot_be_used_is_quoted_without_its_password() -> None:
    with pytest.raises(PolicyError, match="OPA_URL has to be like") as refused:
        ServerEngine({}, "https://user:secret@127.0.0.1:1/x")
    assert "secret" not in str(refused.value)
