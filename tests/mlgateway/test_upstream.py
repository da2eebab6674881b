"""Whatever the upstream does, the client gets the right answer or one that says what happened, and soon."""

import json
import socket
import threading
from pathlib import Path

import pytest

from tests.mlgateway.conftest import StartGateway, StartPeer
from tests.mlgateway.running import (
    MODEL,
    UPSTREAM_MODEL,
    Gateway,
    route,
    table,
    write_routes,
)
from tests.mlgateway.triton_server import free_port
from tests.mlgateway.upstream_peer import Peer, Received, http_answer, inference_of, reset
from tests.support.waiting import DEADLINE_SECONDS, wait_until

NEW = "clinic.tumour.fedcba987654"
GOOD = http_answer(200, inference_of(UPSTREAM_MODEL))


def test_requests_share_pooled_connections(gateway: Gateway, peer: Peer) -> None:
    assert [gateway.infer().status for _ in range(20)] == [200] * 20
    assert peer.connections == 1


def test_connections_that_the_upstream_closed_while_idle_lose_no_request(
    gateway: Gateway, peer: Peer
) -> None:
    for _ in range(5):
        assert gateway.infer().status == 200
        peer.reset_connections()
        assert gateway.infer().status == 200


@pytest.mark.parametrize("how", ["close", "reset"])
def test_a_request_on_a_stale_connection_is_sent_once_more_on_a_fresh_one(
    gateway: Gateway, peer: Peer, how: str
) -> None:
    def hang_up_on_old_connections(request: Received, connection: socket.socket) -> bytes | None:
        if request.connection == 1 and len(peer.received) > 1:
            if how == "reset":
                reset(connection)
            return None
        return GOOD

    peer.behave = hang_up_on_old_connections
    assert [gateway.infer(b"same").status for _ in range(2)] == [200, 200]
    assert [(r.connection, r.body) for r in peer.received] == [(1, b"same"), (1, b"same"), (2, b"same")]


def test_a_fresh_connection_that_is_closed_without_an_answer_is_not_tried_for_ever(
    gateway: Gateway, peer: Peer
) -> None:
    peer.behave = lambda request, connection: None
    answer = gateway.infer()
    assert answer.status == 502
    assert answer.error == f"{MODEL} 1.4.0: upstream {peer.address} closed the connection without an answer"
    assert answer.headers["x-model-version"] == "1.4.0"
    assert len(peer.received) == 1


@pytest.mark.parametrize("warm", [False, True])
def test_half_an_answer_is_never_passed_on_and_the_request_is_not_repeated(
    gateway: Gateway, peer: Peer, warm: bool
) -> None:
    if warm:
        assert gateway.infer().status == 200
        peer.received.clear()

    def half(request: Received, connection: socket.socket) -> None:
        connection.sendall(GOOD[:-5])

    peer.behave = half
    answer = gateway.infer()
    assert (answer.status, "in the middle of its answer" in answer.error) == (502, True)
    assert len(peer.received) == 1


@pytest.mark.parametrize("garbage", [b"SSH-2.0-nonsense\r\n", b"HTTP/1.1 abc\r\n\r\n", b"\0" * 100])
def test_an_upstream_that_does_not_speak_http_is_named(gateway: Gateway, peer: Peer, garbage: bytes) -> None:
    peer.behave = lambda request, connection: garbage
    answer = gateway.infer()
    assert answer.status == 502
    assert f"upstream {peer.address} does not answer in HTTP/1.1" in answer.error


def test_an_upstream_that_is_down_is_named_and_told_once_in_the_log(
    new_gateway: StartGateway, tmp_path: Path
) -> None:
    address = f"127.0.0.1:{free_port()}"
    write_routes(tmp_path / "routes.json", table(address))
    gateway = new_gateway()
    for _ in range(3):
        answer = gateway.infer()
        assert answer.status == 503
        assert answer.error == f"{MODEL} 1.4.0: upstream {address} cannot be reached: Connection refused"
    ready = gateway.ask("GET", "/v2/health/ready")
    assert (ready.status, ready.error) == (503, f"upstream {address} cannot be reached: Connection refused")
    assert gateway.log.read_text().count("cannot be reached") == 1


def test_an_upstream_that_does_not_answer_in_time_is_given_up(
    peer: Peer, new_gateway: StartGateway, tmp_path: Path
) -> None:
    write_routes(tmp_path / "routes.json", table(peer.address))
    gateway = new_gateway("--response-seconds", "0.2")
    over = threading.Event()

    def silent(request: Received, connection: socket.socket) -> None:
        over.wait(DEADLINE_SECONDS)

    peer.behave = silent
    answer = gateway.infer()
    peer.behave = None
    over.set()
    assert answer.status == 504
    assert answer.error == f"{MODEL} 1.4.0: upstream {peer.address} gave no answer within 0.2 s"
    assert len(peer.received) == 1
    wait_until(lambda: gateway.infer().status == 200)


def test_an_upstream_that_accepts_no_connection_is_given_up(
    new_gateway: StartGateway, tmp_path: Path
) -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:  # more than the backlog holds: the kernel drops what comes after
            one.setblocking(False)
            one.connect_ex(full.getsockname())
        write_routes(tmp_path / "routes.json", table(f"127.0.0.1:{full.getsockname()[1]}"))
        answer = new_gateway("--connect-seconds", "0.2").infer()
        for one in waiting:
            one.close()
    assert answer.status == 504
    assert "accepted no connection within 0.2 s" in answer.error


def test_an_answer_that_is_too_large_is_refused(
    peer: Peer, new_gateway: StartGateway, tmp_path: Path
) -> None:
    write_routes(tmp_path / "routes.json", table(peer.address))
    gateway = new_gateway("--max-body", "1000")
    peer.behave = lambda request, connection: http_answer(200, b"x" * 1001)
    answer = gateway.infer()
    assert (answer.status, "answers with more than 1000 bytes" in answer.error) == (502, True)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 100 Continue\r\n\r\n" + GOOD,
        GOOD.replace(b"HTTP/1.1", b"HTTP/1.0"),
        GOOD.replace(b"Content-Type:", b"Connection: close\r\nContent-Type:"),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n"
        % (len(inference_of(UPSTREAM_MODEL)), inference_of(UPSTREAM_MODEL)),
    ],
    ids=["interim answer first", "HTTP/1.0", "connection: close", "chunked"],
)
def test_every_framing_of_an_answer_is_understood(gateway: Gateway, peer: Peer, answer: bytes) -> None:
    peer.behave = lambda request, connection: answer
    assert [gateway.infer().json()["model_version"] for _ in range(3)] == ["1.4.0"] * 3


def test_an_answer_may_end_where_its_connection_ends(gateway: Gateway, peer: Peer) -> None:
    def unframed(request: Received, connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + inference_of(UPSTREAM_MODEL))

    peer.behave = unframed
    assert gateway.infer().json()["model_version"] == "1.4.0"


@pytest.mark.parametrize("missing", [0, 5])
def test_an_answer_that_nobody_asked_for_is_not_taken_for_the_next_one(
    gateway: Gateway, peer: Peer, missing: int
) -> None:
    unasked = http_answer(200, inference_of(UPSTREAM_MODEL, -1))
    unasked = unasked[: len(unasked) - missing]

    def one_too_many(request: Received, connection: socket.socket) -> bytes:
        return http_answer(200, inference_of(UPSTREAM_MODEL, float(request.body))) + unasked

    peer.behave = one_too_many
    answers = [gateway.infer(b"%d" % number).json()["outputs"][0]["data"] for number in range(5)]
    assert answers == [[float(number)] for number in range(5)]


def test_a_connection_on_which_the_upstream_speaks_unasked_is_closed(gateway: Gateway, peer: Peer) -> None:
    assert gateway.infer().status == 200
    (connection,) = peer.open
    connection.sendall(GOOD)
    wait_until(lambda: not peer.open)
    assert gateway.infer().status == 200


def test_a_version_that_the_upstream_lacks_is_not_the_clients_fault(gateway: Gateway, peer: Peer) -> None:
    peer.loaded.clear()
    for answer in (gateway.infer(), gateway.ask("GET", f"/v2/models/{MODEL}")):
        assert answer.status == 503
        assert answer.error == f"{MODEL} 1.4.0: the upstream has not loaded it"
    assert len(peer.received) == 2


def swap_before_answering(gateway: Gateway, peer: Peer, content: object, last_words: bytes | None) -> None:
    """When the next inference is at the peer, put other routes in force, then let the peer say its last words."""

    def behave(request: Received, connection: socket.socket) -> bytes | None:
        peer.behave = None
        write_routes(gateway.routes, content)
        wait_until(lambda: gateway.state()["generation"] == 2)
        return last_words

    peer.behave = behave


@pytest.mark.parametrize("said", ["is not found", "has no available versions"])
def test_a_request_whose_version_was_unloaded_on_its_way_is_answered_by_the_version_now_in_force(
    gateway: Gateway, peer: Peer, said: str
) -> None:
    peer.loaded[NEW] = 2.0
    error = f"Request for unknown model: '{UPSTREAM_MODEL}' {said}"
    unknown = http_answer(404, json.dumps({"error": error}, separators=(",", ":")).encode())
    swap_before_answering(gateway, peer, table(peer.address, 2, {MODEL: route("1.5.0", NEW)}), unknown)
    answer = gateway.infer()
    assert (answer.status, answer.headers["x-model-version"]) == (200, "1.5.0")
    assert answer.json()["model_version"] == "1.5.0"
    assert answer.json()["outputs"][0]["data"] == [2.0]


def test_a_request_whose_model_was_taken_away_on_its_way_is_told_so(gateway: Gateway, peer: Peer) -> None:
    unknown = http_answer(404, b'{"error":"Request for unknown model: \'x\' is not found"}')
    swap_before_answering(gateway, peer, table(peer.address, 2, {}), unknown)
    answer = gateway.infer()
    assert (answer.status, answer.error) == (404, f"no model {MODEL} is served here")


def test_a_request_to_an_upstream_that_went_away_is_answered_by_its_successor(
    gateway: Gateway, peer: Peer, new_peer: StartPeer
) -> None:
    successor = new_peer()
    swap_before_answering(gateway, peer, table(successor.address, 2), None)
    assert gateway.infer().status == 200
    assert len(successor.received) == 1


def test_a_request_that_took_too_long_is_not_tried_again_on_a_new_version(
    peer: Peer, new_gateway: StartGateway, tmp_path: Path
) -> None:
    write_routes(tmp_path / "routes.json", table(peer.address))
    gateway = new_gateway("--response-seconds", "0.5")
    over = threading.Event()

    def silent(request: Received, connection: socket.socket) -> None:
        write_routes(gateway.routes, table(peer.address, 2, {MODEL: route("1.5.0", NEW)}))
        over.wait(DEADLINE_SECONDS)

    peer.behave = silent
    answer = gateway.infer()
    over.set()
    assert (answer.status, answer.headers["x-model-version"]) == (504, "1.4.0")
    assert gateway.state()["generation"] == 2
    assert len(peer.received) == 1


def test_an_answer_that_came_before_the_whole_request_was_sent_spoils_its_connection_only(
    gateway: Gateway, peer: Peer
) -> None:
    assert gateway.infer().status == 200
    with socket.socket() as listener:
        listener.settimeout(DEADLINE_SECONDS)
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        address = f"127.0.0.1:{listener.getsockname()[1]}"
        write_routes(gateway.routes, table(address, 2))
        wait_until(lambda: gateway.state()["upstream"] == address)
        answers: list[int] = []
        client = threading.Thread(target=lambda: answers.append(gateway.infer(b"x" * 30_000_000).status))
        client.start()
        first, _ = listener.accept()
        first.recv(1000)
        first.sendall(http_answer(413, b'{"error":"too large"}'))
        client.join(DEADLINE_SECONDS)
        assert answers == [413]
        client = threading.Thread(target=lambda: answers.append(gateway.infer(b"small").status))
        client.start()
        second, _ = listener.accept()
        assert b"small" in second.recv(1000)
        second.sendall(GOOD)
        client.join(DEADLINE_SECONDS)
        first.close()
        second.close()
    assert answers == [413, 200]
