"""The client's side of a connection: order, keep-alive, bodies of every framing, limits and patience."""

import json
import socket
import threading
from pathlib import Path

import pytest

from tests.mlgateway.conftest import StartGateway
from tests.mlgateway.running import (
    INFER,
    UPSTREAM_MODEL,
    Gateway,
    read_all,
    table,
    write_routes,
)
from tests.mlgateway.upstream_peer import Peer, Received, http_answer, inference_of
from tests.support.waiting import DEADLINE_SECONDS, wait_until


def post(body: bytes, *headers: str, path: str = INFER) -> bytes:
    head = "".join(f"{line}\r\n" for line in (f"POST {path} HTTP/1.1", "Host: a", *headers))
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def read_until(connection: socket.socket, end: bytes) -> bytes:
    data = b""
    while not data.endswith(end):
        part = connection.recv(65536)
        assert part, f"closed after {data!r}"
        data += part
    return data


@pytest.fixture
def echo(peer: Peer) -> Peer:
    """The peer answers with the number that a request's body is."""
    peer.behave = lambda request, connection: http_answer(
        200, inference_of(UPSTREAM_MODEL, float(request.body))
    )
    return peer


def values(answers: bytes) -> list[float]:
    """The numbers answered, in order."""
    return [json.loads(b"[" + part.split(b"]")[0] + b"]")[0] for part in answers.split(b'"data":[')[1:]]


def test_pipelined_requests_are_answered_in_order(gateway: Gateway, echo: Peer) -> None:
    requests = b"".join(post(b"%d" % number) for number in range(50))
    answers = gateway.exchange(requests + post(b"50", "Connection: close"))
    assert values(answers) == [float(number) for number in range(51)]
    assert answers.count(b"connection: close") == 1


def test_a_bad_request_behind_good_ones_is_refused_after_they_are_answered(
    gateway: Gateway, echo: Peer
) -> None:
    answers = gateway.exchange(post(b"1") + post(b"2") + b"BROKEN\r\n\r\n" + post(b"3"))
    assert values(answers) == [1.0, 2.0]
    assert answers.count(b"HTTP/1.1 200 ") == 2
    assert b"HTTP/1.1 400 " in answers.split(b"2.0")[1]
    assert len(echo.received) == 2


def test_a_connection_is_kept_unless_the_client_says_otherwise(gateway: Gateway) -> None:
    get = "GET /v2/health/live HTTP/{}\r\nHost: a\r\n{}\r\n"
    with gateway.connect() as connection:
        for _ in range(3):
            connection.sendall(get.format("1.1", "").encode())
            assert b"connection:" not in read_until(connection, b'{"live": true}')
        connection.sendall(get.format("1.0", "Connection: keep-alive\r\n").encode())
        assert b"connection: keep-alive" in read_until(connection, b'{"live": true}')
        connection.sendall(get.format("1.1", "Connection: close\r\n").encode())
        assert b"connection: close" in read_all(connection)


def test_http_1_0_without_a_host_is_answered_and_closed(gateway: Gateway) -> None:
    answer = gateway.exchange(b"GET /v2/health/live HTTP/1.0\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"connection: close" in answer


def test_the_body_is_invited_only_when_the_client_waits_for_that(gateway: Gateway, echo: Peer) -> None:
    with gateway.connect() as connection:
        head, body = post(b"7", "Expect: 100-continue")[:-1], b"7"
        connection.sendall(head)
        assert read_until(connection, b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(body)
        assert values(read_until(connection, b"]}]}")) == [7.0]
    answer = gateway.exchange(post(b"8", "Expect: 100-continue", "Connection: close"))
    assert b"100 Continue" not in answer
    assert values(answer) == [8.0]


def test_an_invitation_waits_until_earlier_requests_are_answered(gateway: Gateway, echo: Peer) -> None:
    with gateway.connect() as connection:
        connection.sendall(post(b"1") + post(b"2", "Expect: 100-continue")[:-1])
        before = read_until(connection, b"100 Continue\r\n\r\n")
        assert values(before) == [1.0]
        connection.sendall(b"2")
        assert values(read_until(connection, b"]}]}")) == [2.0]


def test_a_body_that_is_too_large_is_refused_before_it_is_invited(gateway: Gateway) -> None:
    head = b"POST %b HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n"
    answer = gateway.exchange(head % (INFER.encode(), 64 * 1024 * 1024 + 1))
    assert answer.startswith(b"HTTP/1.1 413 ")


def test_a_chunked_body_is_sent_on_whole(gateway: Gateway, peer: Peer) -> None:
    head = f"POST {INFER} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n".encode()
    assert b" 200 " in gateway.exchange(
        head + b"3\r\nabc\r\n10\r\n0123456789abcdef\r\n0\r\nTrailer: x\r\n\r\n"
    )
    assert peer.received[0].body == b"abc0123456789abcdef"
    assert peer.received[0].headers == {"host": peer.address, "content-length": "19"}


def test_large_bodies_go_through_both_ways(gateway: Gateway, peer: Peer) -> None:
    large = bytes(range(256)) * 4 * 1024 * 16
    said = inference_of(UPSTREAM_MODEL)
    length = f"Inference-Header-Content-Length: {len(said)}"
    peer.behave = lambda request, connection: http_answer(200, said + request.body, length)
    answer = gateway.infer(large)
    assert answer.body[int(answer.headers["inference-header-content-length"]) :] == large


@pytest.fixture
def small_gateway(peer: Peer, new_gateway: StartGateway, tmp_path: Path) -> Gateway:
    """A gateway with little room."""
    write_routes(tmp_path / "routes.json", table(peer.address))
    return new_gateway("--max-body", "1000", "--max-head", "500")


@pytest.fixture
def hasty_gateway(peer: Peer, new_gateway: StartGateway, tmp_path: Path) -> Gateway:
    """A gateway with little patience."""
    write_routes(tmp_path / "routes.json", table(peer.address))
    return new_gateway("--client-seconds", "0.4")


def test_a_client_that_sends_too_much_can_still_read_why(small_gateway: Gateway, peer: Peer) -> None:
    for body in (b"x" * 1001, b"x" * 20_000_000):
        answer = small_gateway.infer(body)
        assert (answer.status, answer.error) == (413, "the body has more than 1000 bytes")
        assert answer.headers["connection"] == "close"
    assert small_gateway.infer(b"x" * 1000).status == 200
    assert len(peer.received) == 1


def test_a_head_that_is_too_large_is_refused(small_gateway: Gateway) -> None:
    answer = small_gateway.ask("GET", "/v2/health/live", headers={"X": "x" * 600})
    assert (answer.status, answer.error) == (431, "the head has more than 500 bytes")


@pytest.mark.parametrize("begun", [b"POST ", post(b"1234", path="/v2")[:-2]])
def test_a_request_that_does_not_get_complete_is_given_up(hasty_gateway: Gateway, begun: bytes) -> None:
    answer = hasty_gateway.exchange(begun)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"the request was not complete within 0.4 s" in answer


def test_a_client_that_trickles_bytes_is_given_up_all_the_same(hasty_gateway: Gateway) -> None:
    with hasty_gateway.connect() as connection:
        stop = threading.Event()

        def trickle() -> None:
            connection.sendall(b"GET /v2 HTTP/1.1\r\nX: ")
            while not stop.wait(0.05):
                try:
                    connection.sendall(b"x")
                except OSError:
                    return

        sender = threading.Thread(target=trickle)
        sender.start()
        answer = connection.recv(65536)
        stop.set()
        sender.join()
    assert answer.startswith(b"HTTP/1.1 408 ")


def test_an_idle_connection_is_closed_without_a_word(hasty_gateway: Gateway) -> None:
    assert hasty_gateway.exchange(b"") == b""
    with hasty_gateway.connect() as connection:
        connection.sendall(post(b"1"))
        read_until(connection, b"]}]}")
        assert read_all(connection) == b""


def test_an_answer_may_take_longer_than_the_patience_with_clients(hasty_gateway: Gateway, peer: Peer) -> None:
    def slow(request: Received, connection: socket.socket) -> bytes:
        assert hasty_gateway.exchange(b"") == b""  # the patience with another client comes to its end
        return http_answer(200, inference_of(UPSTREAM_MODEL))

    peer.behave = slow
    assert hasty_gateway.infer().status == 200


def test_a_client_that_does_not_read_is_cut_off(
    peer: Peer, new_gateway: StartGateway, tmp_path: Path
) -> None:
    write_routes(tmp_path / "routes.json", table(peer.address))
    gateway = new_gateway("--client-seconds", "0.4")
    said = inference_of(UPSTREAM_MODEL)
    length = f"Inference-Header-Content-Length: {len(said)}"
    peer.behave = lambda request, connection: http_answer(200, said + b"x" * 30_000_000, length)
    unused = descriptors(gateway)
    with gateway.connect() as connection:
        connection.sendall(post(b"1"))
        wait_until(lambda: peer.received)  # both connections are open, or one is closed already
        wait_until(lambda: descriptors(gateway) == unused + 1)  # the upstream's
        assert len(read_all(connection)) < 30_000_000


def descriptors(gateway: Gateway) -> int:
    return len(list(Path(f"/proc/{gateway.process.pid}/fd").iterdir()))


def test_a_client_that_stops_sending_is_still_answered(gateway: Gateway, echo: Peer) -> None:
    with gateway.connect() as connection:
        connection.sendall(post(b"1") + post(b"2"))
        connection.shutdown(socket.SHUT_WR)
        answers = read_all(connection)
    assert values(answers) == [1.0, 2.0]


def test_many_clients_at_once_get_each_their_own_answer(gateway: Gateway, echo: Peer) -> None:
    wrong: list[object] = []

    def client(number: int) -> None:
        requests = [number * 1000 + step for step in range(20)]
        data = b"".join(post(b"%d" % value) for value in requests) + post(b"0", "Connection: close")
        if values(gateway.exchange(data)) != [float(value) for value in [*requests, 0]]:
            wrong.append(number)

    clients = [threading.Thread(target=client, args=(number,)) for number in range(16)]
    for one in clients:
        one.start()
    for one in clients:
        one.join(DEADLINE_SECONDS)
    assert wrong == []
    assert len(echo.received) == 16 * 21
    assert gateway.inflight() == {}
