"""The counts in flight are exact: a version is unloaded when its count is gone, so a wrong one loses requests."""

import socket
import threading
from pathlib import Path

import pytest

from tests.mlgateway.conftest import StartGateway, StartPeer
from tests.mlgateway.running import (
    INFER,
    MODEL,
    UPSTREAM_MODEL,
    Gateway,
    route,
    table,
    write_routes,
)
from tests.mlgateway.upstream_peer import Peer, Received, http_answer, reset
from tests.support.waiting import DEADLINE_SECONDS, wait_until

NEW = "clinic.tumour.fedcba987654"
REQUEST = f"POST {INFER} HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{{}}".encode()


def clients(gateway: Gateway, number: int) -> list[socket.socket]:
    """That many clients, each of which has sent one request."""
    connections = [gateway.connect() for _ in range(number)]
    for connection in connections:
        connection.sendall(REQUEST)
    return connections


def test_what_is_in_flight_is_counted_under_the_version_it_was_sent_to(
    gateway: Gateway, peer: Peer, gate: threading.Event
) -> None:
    old = clients(gateway, 3)
    wait_until(lambda: gateway.inflight() == {UPSTREAM_MODEL: 3})
    write_routes(gateway.routes, table(peer.address, 2, {MODEL: route("1.5.0", NEW)}))
    wait_until(lambda: gateway.state()["generation"] == 2)
    new = clients(gateway, 2)
    wait_until(lambda: gateway.inflight() == {UPSTREAM_MODEL: 3, NEW: 2})
    gate.set()
    assert [b'"model_version":"1.4.0"' in one.recv(65536) for one in old] == [True] * 3
    assert [b'"model_version":"1.5.0"' in one.recv(65536) for one in new] == [True] * 2
    assert gateway.inflight() == {}
    for one in old + new:
        one.close()


@pytest.mark.parametrize("how", ["close", "reset"])
def test_a_request_whose_client_left_counts_until_the_upstream_is_done_with_it(
    gateway: Gateway, peer: Peer, gate: threading.Event, how: str
) -> None:
    gone = clients(gateway, 3)
    wait_until(lambda: gateway.inflight() == {UPSTREAM_MODEL: 3})
    for connection in gone:
        if how == "reset":
            reset(connection)
        connection.close()
    assert gateway.inflight() == {UPSTREAM_MODEL: 3}
    gate.set()
    wait_until(lambda: gateway.inflight() == {})
    assert gateway.infer().status == 200
    assert peer.connections == 3  # the connections are as good as before


def test_what_a_departed_client_had_still_waiting_is_not_sent(
    gateway: Gateway, peer: Peer, gate: threading.Event
) -> None:
    with gateway.connect() as connection:
        connection.sendall(REQUEST * 5)
        wait_until(lambda: gateway.inflight() == {UPSTREAM_MODEL: 1})
        reset(connection)
    descriptors = Path(f"/proc/{gateway.process.pid}/fd")
    held = len(list(descriptors.iterdir()))
    gateway.state()
    wait_until(lambda: len(list(descriptors.iterdir())) <= held)
    gate.set()
    wait_until(lambda: gateway.inflight() == {})
    assert len(peer.received) == 1


@pytest.mark.parametrize("failure", ["close", "reset", "half", "garbage"])
def test_a_request_that_the_upstream_fails_counts_no_longer(
    gateway: Gateway, peer: Peer, gate: threading.Event, failure: str
) -> None:
    def fail(request: Received, connection: socket.socket) -> bytes | None:
        gate.wait(DEADLINE_SECONDS)
        if failure == "reset":
            reset(connection)
        return {"half": b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", "garbage": b"\0\0\0\0"}.get(failure)

    peer.behave = fail
    waiting = clients(gateway, 2)
    wait_until(lambda: gateway.inflight() == {UPSTREAM_MODEL: 2} and len(peer.received) == 2)
    gate.set()
    if failure == "half":
        peer.reset_connections()
    assert [one.recv(65536)[:13] for one in waiting] == [b"HTTP/1.1 502 "] * 2
    assert gateway.inflight() == {}


def test_a_request_that_is_repeated_counts_once(gateway: Gateway, peer: Peer, gate: threading.Event) -> None:
    gate.set()
    assert gateway.infer().status == 200
    gate.clear()
    held = peer.behave

    def hang_up_once(request: Received, connection: socket.socket) -> None:
        peer.behave = held

    peer.behave = hang_up_once
    (client,) = clients(gateway, 1)
    wait_until(lambda: len(peer.received) == 3)
    assert gateway.inflight() == {UPSTREAM_MODEL: 1}
    gate.set()
    assert b" 200 " in client.recv(65536)
    assert gateway.inflight() == {}
    client.close()


def test_a_request_that_moved_to_the_new_version_counts_there(
    gateway: Gateway, peer: Peer, gate: threading.Event
) -> None:
    held = peer.behave

    def unloaded(request: Received, connection: socket.socket) -> bytes:
        peer.behave = held
        write_routes(gateway.routes, table(peer.address, 2, {MODEL: route("1.5.0", NEW)}))
        wait_until(lambda: gateway.state()["generation"] == 2)
        return http_answer(404, b'{"error":"Request for unknown model: \'x\' is not found"}')

    peer.behave = unloaded
    (client,) = clients(gateway, 1)
    wait_until(lambda: len(peer.received) == 2)
    assert gateway.inflight() == {NEW: 1}
    gate.set()
    assert b'"model_version":"1.5.0"' in client.recv(65536)
    assert gateway.inflight() == {}
    client.close()


def test_a_connection_in_use_is_dropped_after_its_answer_when_the_upstream_has_moved(
    gateway: Gateway, peer: Peer, gate: threading.Event, new_peer: StartPeer
) -> None:
    (client,) = clients(gateway, 1)
    wait_until(lambda: len(peer.received) == 1)
    other = new_peer()
    write_routes(gateway.routes, table(other.address, 2))
    wait_until(lambda: gateway.state()["upstream"] == other.address)
    gate.set()
    assert b" 200 " in client.recv(65536)
    wait_until(lambda: not peer.open)
    client.close()


def test_a_request_that_took_too_long_counts_no_longer(
    peer: Peer, gate: threading.Event, new_gateway: StartGateway, tmp_path: Path
) -> None:
    write_routes(tmp_path / "routes.json", table(peer.address))
    gateway = new_gateway("--response-seconds", "0.2")
    assert gateway.infer().status == 504
    assert gateway.inflight() == {}


def test_a_request_that_is_still_being_received_is_not_in_flight(gateway: Gateway, peer: Peer) -> None:
    with gateway.connect() as connection:
        connection.sendall(REQUEST[:-1])
        assert gateway.inflight() == {}
        write_routes(gateway.routes, table(peer.address, 2, {MODEL: route("1.5.0", NEW)}))
        wait_until(lambda: gateway.state()["generation"] == 2)
        peer.loaded[NEW] = 2.0
        connection.sendall(REQUEST[-1:])
        assert b'"model_version":"1.5.0"' in connection.recv(65536)
