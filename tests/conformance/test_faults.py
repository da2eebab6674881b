"""A server that is down, slow, or answers anything but our decisions is named as the cause, and never a pass."""

import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from mlplatform.providers.policy import connect_engine
from mlplatform.providers.policy.interface import Decision, PolicyError
from mlplatform.providers.policy.server import ServerEngine
from tests.support.odd_opa import (
    Answer,
    Between,
    Call,
    answers_the_first_call_forever,
    breaks_off,
    changed,
    drips,
    hangs,
    says,
    says_json,
    serving,
)
from tests.support.opa import RunningOpa, opa_on_path, running_opa
from tests.support.waiting import wait_until

PATH = "policies/rego/size.rego"
POLICIES = {
    PATH: """\
package platform.size

decision := {"evaluated": {"size"}, "deny": deny}

deny contains {"rule": "size", "message": "too much", "at": []} if input.size > 3
"""
}
ALLOWED = {"evaluated": ["size"], "deny": []}


@pytest.fixture(scope="module")
def opa() -> Iterator[RunningOpa]:
    with running_opa() as opa:
        yield opa


@pytest.fixture
def between(opa: RunningOpa) -> Iterator[Between]:
    with serving(Between(opa)) as server:
        yield server


ODD = {
    "breaks off": (breaks_off, "cannot be reached, or broke off"),
    "500": (says(500, b"oh"), "answers 500"),
    "500 in JSON": (says(500, b'{"code":"internal_error","errors":[]}'), "answers 500"),
    "500 with odd errors": (says(500, b'{"errors":[null,{"code":1}]}'), "answers 500"),
    "401": (says(401, b'{"code":"unauthorized"}'), "answers 401"),
    "404": (says(404, b"not found"), "answers 404"),
    "HTML": (says(200, b"<h1>It works!</h1>"), "answers what no OPA server would"),
    "nothing": (says(200, b""), "answers what no OPA server would"),
    "not UTF-8": (says(200, b"\xff\xfe{}"), "answers what no OPA server would"),
    "deep JSON": (says(200, b"[" * 200_000), "answers what no OPA server would"),
    "a list": (says_json([]), "answers what no OPA server would"),
    "null": (says_json(None), "answers what no OPA server would"),
    "no result": (says_json({}), "another process"),
    "true": (says_json({"result": True}), "another process"),
    "a decision for all": (says_json({"result": ALLOWED}), "another process"),
    "decisions without marks": (says_json({"result": {"decisions": {"0": ALLOWED}}}), "another process"),
    "no decisions": (changed(lambda result: result.pop("decisions")), "another process"),
    "decisions in a list": (changed(lambda result: result.update(decisions=[ALLOWED])), "another process"),
    "an answer short": (changed(lambda result: result["decisions"].pop("0")), "its decision is undefined"),
    "null for an answer": (
        changed(lambda result: result["decisions"].update({"0": None})),
        "its decision is undefined",
    ),
}
"""What a server may answer in place of a decision, and what is said of it."""


@pytest.mark.parametrize(("answer", "cause"), ODD.values(), ids=ODD)
def test_a_server_that_answers_oddly_is_no_pass(between: Between, answer: Answer, cause: str) -> None:
    with closing(ServerEngine(POLICIES, between.url)) as engine:
        (before,) = engine.decide("platform.size", ['{"size": 1}'])
        assert isinstance(before, Decision)
        between.answer = answer
        (found,) = engine.decide("platform.size", ['{"size": 1}'])
        assert isinstance(found, PolicyError)
        assert cause in str(found)
        between.answer = Call.hand_on


@pytest.mark.exhaustive
@pytest.mark.parametrize("answer", [hangs, drips])
def test_a_server_that_never_answers_is_given_up(between: Between, answer: Answer) -> None:
    with closing(ServerEngine(POLICIES, between.url, seconds=2)) as engine:
        between.answer = answer
        (found,) = engine.decide("platform.size", ['{"size": 1}'])
        assert isinstance(found, PolicyError)
        assert "did not answer within 2 s" in str(found)


def test_an_answer_to_an_earlier_call_is_no_answer(between: Between) -> None:
    with closing(ServerEngine(POLICIES, between.url)) as engine:
        between.answer = answers_the_first_call_forever()
        assert isinstance(engine.decide("platform.size", ['{"size": 1}'])[0], Decision)
        (second,) = engine.decide("platform.size", ['{"size": 4}'])
        assert isinstance(second, PolicyError)


@pytest.mark.exhaustive
def test_after_a_server_hung_nobody_waits_for_it_again(between: Between) -> None:
    engine = ServerEngine(POLICIES, between.url, seconds=2)
    calls = []
    between.answer = lambda handler, body: (calls.append(1), hangs(handler, body))[1]
    answers = [*engine.decide("platform.size", ['{"size": 1}'] * 600)]
    answers += engine.decide("platform.size", ['{"size": 1}'] * 600)
    assert {str(answer) for answer in answers} == {
        f"the OPA server at {between.url} did not answer within 2 s"
    }
    assert len(answers) == 1200
    assert len(calls) == 1
    engine.close()


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        (hangs, "did not answer|broke off"),
        (says(500, b""), "OPA server"),
        (says(200, b"hello"), "OPA server"),
    ],
    ids=["hangs", "500", "garbage"],
)
def test_a_server_that_answers_oddly_from_the_beginning_is_no_engine(answer: Answer, cause: str) -> None:
    with serving(Between(None)) as server:
        server.answer = answer
        with pytest.raises(PolicyError, match=cause):
            ServerEngine(POLICIES, server.url, seconds=1)


def test_a_server_that_is_down_is_no_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    with Between(None) as server:
        url = server.url
    monkeypatch.setenv("OPA_URL", url)
    with pytest.raises(PolicyError, match=f"^the OPA server at {url} cannot be reached, or broke off$"):
        connect_engine(POLICIES, "opa")


@pytest.mark.parametrize(
    "url",
    [
        "127.0.0.1:8181",
        "ftp://opa",
        "http://",
        "http://opa:port",
        "http://opa/v1",
        "http://me@opa",
        "http://[::",
    ],
)
def test_an_address_that_is_none_is_no_engine(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("OPA_URL", url)
    with pytest.raises(PolicyError, match="OPA_URL has to be like"):
        connect_engine(POLICIES, "opa")


def test_a_server_that_is_killed_between_two_calls_answers_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with running_opa() as opa:
        engine = ServerEngine(POLICIES, opa.url)
        assert isinstance(engine.decide("platform.size", ['{"size": 1}'])[0], Decision)
        opa.process.kill()
        opa.process.wait()
        first, second = engine.decide("platform.size", ['{"size": 1}'] * 2)
        assert str(first) == str(second) == f"the OPA server at {opa.url} cannot be reached, or broke off"
        engine.close()


def test_no_opa_on_path_is_no_engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("OPA_URL", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PolicyError, match=r"^there is no program opa on PATH: install it .* or set OPA_URL"):
        connect_engine(POLICIES, "opa")


def test_an_opa_that_does_not_start_is_no_engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "opa"
    program.write_text("#!/bin/sh\necho 'unknown flag: --server' >&2\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.delenv("OPA_URL", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    with pytest.raises(PolicyError, match="does not start as a server: unknown flag: --server"):
        connect_engine(POLICIES, "opa")


@pytest.mark.exhaustive
def test_an_opa_that_never_listens_is_ended_and_no_engine(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = tmp_path / "opa"
    program.write_text(f"#!/bin/sh\necho $$ > {tmp_path}/pid\nexec sleep 600\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    with pytest.raises(PolicyError, match="did not come up in time"):
        ServerEngine(POLICIES, seconds=1)
    pid = int((tmp_path / "pid").read_text())
    assert not Path(f"/proc/{pid}").exists()


def test_an_engine_that_was_closed_answers_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    opa_on_path(monkeypatch)
    engine = ServerEngine(POLICIES)
    engine.close()
    engine.close()
    (answer,) = engine.decide("platform.size", ['{"size": 1}'])
    assert str(answer) == "the engine was closed"


def test_a_closed_engine_frees_its_deadline_threads(between: Between) -> None:
    before = threading.active_count()
    with closing(ServerEngine(POLICIES, between.url)) as engine:
        engine.decide("platform.size", ['{"size": 1}'] * 600)
    wait_until(lambda: threading.active_count() <= before + 1)  # the server's own connection
