"""The Open Inference Protocol goes through to the routed version, and answers speak of the public name."""

import gzip
import json
import socket
from collections.abc import Callable, Iterator

import pytest

from tests.mlgateway.conftest import gateways_in, some_peers
from tests.mlgateway.running import (
    DIGEST,
    INFER,
    MODEL,
    UPSTREAM_MODEL,
    Gateway,
    route,
    table,
    write_routes,
)
from tests.mlgateway.upstream_peer import Peer, Received, http_answer, inference_of
from tests.support.waiting import wait_until

PUBLIC = f'"model_name":"{MODEL}","model_version":"1.4.0"'.encode()


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Gateway, Peer]]:
    """A gateway, and the peer behind it that no request may ever reach."""
    folder = tmp_path_factory.mktemp("untouched")
    with some_peers() as new_peer, gateways_in(folder) as new_gateway:
        peer = new_peer()
        write_routes(folder / "routes.json", table(peer.address))
        yield new_gateway(), peer


def always(answer: bytes) -> Callable[[Received, socket.socket], bytes]:
    return lambda request, connection: answer


def test_an_inference_reaches_the_routed_version_and_names_what_was_asked_for(
    gateway: Gateway, peer: Peer
) -> None:
    answer = gateway.infer(b'{"inputs":[]}')
    assert answer.status == 200
    assert answer.body == inference_of(UPSTREAM_MODEL).replace(
        f'"model_name":"{UPSTREAM_MODEL}","model_version":"1"'.encode(), PUBLIC
    )
    assert answer.headers["x-model-version"] == "1.4.0"
    assert answer.headers["x-model-digest"] == DIGEST
    assert answer.headers["content-length"] == str(len(answer.body))
    assert peer.paths() == [f"POST /v2/models/{UPSTREAM_MODEL}/infer"]
    assert peer.received[0].body == b'{"inputs":[]}'


def test_a_version_may_be_insisted_on_if_it_is_the_one_that_serves(gateway: Gateway, peer: Peer) -> None:
    assert gateway.ask("POST", f"/v2/models/{MODEL}/versions/1.4.0/infer", b"{}").status == 200
    refused = gateway.ask("POST", f"/v2/models/{MODEL}/versions/1.3.0/infer", b"{}")
    assert refused.status == 404
    assert refused.error == f"version 1.3.0 of {MODEL} is not served here; version 1.4.0 is"
    assert len(peer.received) == 1


@pytest.mark.parametrize(
    "identifier", ["a", 'say "x"', '","model_name":"evil","model_version":"9', "é☃", "{}"]
)
def test_the_name_is_found_behind_an_id_whatever_the_id_is(
    gateway: Gateway, peer: Peer, identifier: str
) -> None:
    peer.behave = always(http_answer(200, inference_of(UPSTREAM_MODEL, identifier=identifier)))
    answer = gateway.infer().json()
    assert (answer["id"], answer["model_name"], answer["model_version"]) == (identifier, MODEL, "1.4.0")


def test_with_binary_tensors_the_length_of_the_json_is_corrected_and_the_tensors_are_untouched(
    gateway: Gateway, peer: Peer
) -> None:
    said, tensors = inference_of(UPSTREAM_MODEL), bytes(range(256)) + inference_of(UPSTREAM_MODEL)
    length = f"Inference-Header-Content-Length: {len(said)}"
    binary = "Content-Type: application/octet-stream"
    peer.behave = always(http_answer(200, said + tensors, binary, length))
    answer = gateway.infer(b"{}xxxx", {"Inference-Header-Content-Length": "2"})
    size = int(answer.headers["inference-header-content-length"])
    assert json.loads(answer.body[:size])["model_name"] == MODEL
    assert answer.body[size:] == tensors
    assert answer.headers["content-type"] == "application/octet-stream"
    assert peer.received[0].headers["inference-header-content-length"] == "2"
    assert peer.received[0].body == b"{}xxxx"


def test_only_headers_that_concern_the_upstream_are_passed_on(gateway: Gateway, peer: Peer) -> None:
    passed = {
        "content-type": "application/x",
        "content-encoding": "gzip",
        "traceparent": "00-1",
        "tracestate": "a=b",
        "x-request-id": "9",
    }
    dropped = {
        "Accept-Encoding": "gzip",
        "Authorization": "secret",
        "Cookie": "c",
        "Connection": "x-a",
        "X-A": "1",
        "TE": "trailers",
        "Forwarded": "for=1.2.3.4",
    }
    body = gzip.compress(b"{}")
    assert gateway.infer(body, passed | dropped).status == 200
    assert peer.received[0].headers == passed | {"host": peer.address, "content-length": str(len(body))}


def test_a_compressed_answer_is_passed_as_it_is(gateway: Gateway, peer: Peer) -> None:
    packed = gzip.compress(inference_of(UPSTREAM_MODEL))
    peer.behave = always(http_answer(200, packed, "Content-Encoding: gzip"))
    answer = gateway.infer()
    assert answer.body == packed
    assert answer.headers["content-encoding"] == "gzip"


@pytest.mark.parametrize(
    "body",
    [
        inference_of("clinic.other.0123456789ab"),
        inference_of(UPSTREAM_MODEL + "0"),
        inference_of(UPSTREAM_MODEL).replace(b'"1"', b'"2"'),
        b'{"outputs":[{%s}]}' % inference_of(UPSTREAM_MODEL)[1:54],
        b"",
        b"[]",
        b"<html>",
    ],
)
def test_an_answer_that_is_not_about_the_routed_version_is_refused(
    gateway: Gateway, peer: Peer, body: bytes
) -> None:
    peer.behave = always(http_answer(200, body))
    answer = gateway.infer()
    assert answer.status == 502
    assert answer.error == f"{MODEL} 1.4.0: the upstream's answer is not about the model that was asked"


@pytest.mark.parametrize("length", ["9999", "x", "-1", "9" * 40])
def test_a_json_length_that_cannot_be_is_refused(gateway: Gateway, peer: Peer, length: str) -> None:
    peer.behave = always(
        http_answer(200, inference_of(UPSTREAM_MODEL), f"Inference-Header-Content-Length: {length}")
    )
    assert gateway.infer().status == 502


def test_an_error_of_the_model_is_passed_on_with_the_public_name(gateway: Gateway, peer: Peer) -> None:
    said = f"{{\"error\":\"unexpected inference output 'Z' for model '{UPSTREAM_MODEL}'\"}}".encode()
    peer.behave = always(http_answer(400, said, "Content-Type: text/plain"))
    answer = gateway.infer()
    assert (answer.status, answer.error) == (400, f"unexpected inference output 'Z' for model '{MODEL}'")
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-model-version"] == "1.4.0"


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("failed to parse the request JSON buffer: Missing a name", 400),
        ("Unable to parse 'inputs': attempt to access JSON non-array as array", 400),
        ("Failed to process the request(s) for model instance 'x_0', message: no", 500),
    ],
)
def test_a_body_that_triton_cannot_read_is_the_clients_fault_and_a_failing_model_is_not(
    gateway: Gateway, peer: Peer, said: str, status: int
) -> None:
    peer.behave = always(http_answer(500, json.dumps({"error": said}, separators=(",", ":")).encode()))
    answer = gateway.infer()
    assert (answer.status, answer.error) == (status, said)


def test_metadata_speak_of_the_public_name_and_version(gateway: Gateway, peer: Peer) -> None:
    for path in (f"/v2/models/{MODEL}", f"/v2/models/{MODEL}/versions/1.4.0"):
        assert gateway.ask("GET", path).json() == {"name": MODEL, "versions": ["1.4.0"], "platform": "python"}
    assert peer.paths() == [f"GET /v2/models/{UPSTREAM_MODEL}"] * 2


def test_a_model_is_ready_if_its_version_is_ready_upstream(gateway: Gateway, peer: Peer) -> None:
    assert gateway.ask("GET", f"/v2/models/{MODEL}/ready").status == 200
    peer.behave = always(http_answer(400, b'{"error":"Model version not ready"}', "Content-Type: text/plain"))
    answer = gateway.ask("GET", f"/v2/models/{MODEL}/ready")
    assert (answer.status, answer.error) == (400, "Model version not ready")


def test_an_unknown_model_is_not_found_and_nothing_is_sent_upstream(gateway: Gateway, peer: Peer) -> None:
    for method, verb in (("POST", "/infer"), ("GET", "/ready"), ("GET", "")):
        answer = gateway.ask(method, f"/v2/models/clinic.other{verb}")
        assert (answer.status, answer.error) == (404, "no model clinic.other is served here")
    assert peer.received == []


def test_the_upstream_name_of_a_model_is_not_an_endpoint(gateway: Gateway, peer: Peer) -> None:
    assert gateway.ask("POST", f"/v2/models/{UPSTREAM_MODEL}/infer", b"{}").status == 404
    assert peer.received == []


def test_the_server_describes_itself_and_is_live(gateway: Gateway, peer: Peer) -> None:
    assert gateway.ask("GET", "/v2").json()["name"] == "mlgateway"
    assert gateway.ask("GET", "/v2/health/live").json() == {"live": True}
    assert peer.received == []


def test_it_is_ready_only_while_the_upstream_says_that_it_is(gateway: Gateway, peer: Peer) -> None:
    assert gateway.ask("GET", "/v2/health/ready").json() == {"ready": True}
    peer.behave = always(http_answer(400, b""))
    answer = gateway.ask("GET", "/v2/health/ready")
    assert answer.status == 503
    assert answer.error == f"upstream {peer.address} says that it is not ready (400)"


def test_head_answers_as_get_does_without_the_body(gateway: Gateway, peer: Peer) -> None:
    for path in ("/v2", "/v2/health/ready", f"/v2/models/{MODEL}", "/gateway/state"):
        got, head = gateway.ask("GET", path), gateway.ask("HEAD", path)
        assert (head.status, head.headers, head.body) == (got.status, got.headers, b"")
    assert not any(path.startswith("HEAD") for path in peer.paths())


def test_an_inference_without_a_body_is_refused(untouched: tuple[Gateway, Peer]) -> None:
    gateway, peer = untouched
    answer = gateway.infer(b"")
    assert (answer.status, answer.error) == (400, "an inference request must have a body")
    assert peer.received == []


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", INFER, "POST"),
        ("HEAD", INFER, "POST"),
        ("PUT", INFER, "POST"),
        ("POST", f"/v2/models/{MODEL}", "GET, HEAD"),
        ("DELETE", "/v2", "GET, HEAD"),
        ("POST", "/gateway/state", "GET, HEAD"),
        ("OPTIONS", "/v2/health/ready", "GET, HEAD"),
    ],
)
def test_another_method_is_refused_with_those_that_are_taken(
    untouched: tuple[Gateway, Peer], method: str, path: str, allowed: str
) -> None:
    gateway, peer = untouched
    answer = gateway.ask(method, path, b"{}")
    assert (answer.status, answer.headers["allow"]) == (405, allowed)
    assert peer.received == []


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 404),
        ("/metrics", 404),
        ("/v2/", 404),
        ("/v2/models", 404),
        ("/v2/repository/index", 404),
        (f"/v2/repository/models/{MODEL}/unload", 404),
        ("/v2/systemsharedmemory/status", 404),
        (f"/v2/models/{MODEL}/config", 404),
        (f"/v2/models/{MODEL}/generate", 404),
        (f"/v2/models/{MODEL}/infer/", 404),
        (f"/v2/models/{MODEL}/versions/1.4.0/versions/1.4.0/infer", 404),
        ("/v2/models/../repository/index", 400),
        (f"/v2/models/{MODEL}/../../repository/index", 400),
        ("/v2/models/a..b/infer", 400),
        ("/v2/models/.../infer", 400),
        ("/v2/models/A/infer", 400),
        ("/v2/models/a_b/infer", 400),
        (f"/v2/models/{'a' * 129}/infer", 400),
        (f"/v2/models/{MODEL}%2f..%2f/infer", 400),
        (f"/v2/models/{MODEL}%00/infer", 400),
        ("/v2/models/%63linic.tumour/infer", 400),
        (f"/v2//models/{MODEL}/infer", 400),
        (f"//v2/models/{MODEL}/infer", 400),
        (f"/v2/models/{MODEL};x=y/infer", 400),
        (f"/v2/models/{MODEL}\\infer", 400),
        (f"/v2/models/{MODEL}/infer#x", 400),
        (f"http://127.0.0.1/v2/models/{MODEL}/infer", 400),
        ("*", 400),
    ],
)
def test_a_path_that_is_no_endpoint_is_refused_and_never_sent_upstream(
    untouched: tuple[Gateway, Peer], path: str, status: int
) -> None:
    gateway, peer = untouched
    for method in ("POST", "GET"):
        head = f"{method} {path} HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{{}}"
        answer = gateway.exchange(head.encode())
        assert answer.startswith(f"HTTP/1.1 {status} ".encode())
        assert set(json.loads(answer.partition(b"\r\n\r\n")[2])) == {"error"}
    assert peer.received == []


def test_a_query_is_not_passed_on(gateway: Gateway, peer: Peer) -> None:
    assert gateway.ask("POST", INFER + "?x=/../%2e", b"{}").status == 200
    assert peer.paths() == [f"POST /v2/models/{UPSTREAM_MODEL}/infer"]


def test_the_body_of_a_get_is_not_passed_on(gateway: Gateway, peer: Peer) -> None:
    smuggled = b"POST /v2/repository/models/x/load HTTP/1.1\r\nhost: a\r\n\r\n"
    assert gateway.ask("GET", f"/v2/models/{MODEL}", smuggled).status == 200
    assert gateway.ask("GET", f"/v2/models/{MODEL}").status == 200
    assert peer.paths() == [f"GET /v2/models/{UPSTREAM_MODEL}"] * 2


def test_two_models_are_answered_each_by_its_own_version(gateway: Gateway, peer: Peer) -> None:
    peer.loaded["postal.digits.fedcba987654"] = 2.0
    models = {MODEL: route(), "postal.digits": route("2.0.0-rc.1+b7", "postal.digits.fedcba987654")}
    write_routes(gateway.routes, table(peer.address, 2, models))
    wait_until(lambda: gateway.state()["generation"] == 2)
    answer = gateway.ask("POST", "/v2/models/postal.digits/versions/2.0.0-rc.1+b7/infer", b"{}").json()
    assert (answer["model_name"], answer["model_version"]) == ("postal.digits", "2.0.0-rc.1+b7")
    assert answer["outputs"][0]["data"] == [2.0]
    assert gateway.infer().json()["outputs"][0]["data"] == [1.0]
