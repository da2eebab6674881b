"""The route file is followed: a good one is in force within moments, a bad one changes nothing but the state."""

import http.client
import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.mlgateway.conftest import StartGateway
from tests.mlgateway.running import (
    INFER,
    MODEL,
    Gateway,
    read_answer,
    route,
    table,
    write_routes,
)
from tests.mlgateway.upstream_peer import Peer
from tests.support.waiting import wait_until

NEW = "clinic.tumour.fedcba987654"


def refused(gateway: Gateway) -> str:
    """The reason in the state, once there is one."""
    wait_until(lambda: gateway.state()["error"])
    return str(gateway.state()["error"])


def test_the_state_tells_what_is_in_force(gateway: Gateway, peer: Peer) -> None:
    assert gateway.state() == {
        "generation": 1,
        "error": None,
        "upstream": peer.address,
        "models": {MODEL: [route()]},
        "inflight": {},
    }


def test_a_new_file_is_in_force_without_a_connection_being_dropped(gateway: Gateway, peer: Peer) -> None:
    peer.loaded[NEW] = 2.0
    client = http.client.HTTPConnection("127.0.0.1", gateway.port)
    client.request("POST", INFER, b"{}")
    assert read_answer(client).json()["model_version"] == "1.4.0"
    socket = client.sock
    write_routes(gateway.routes, table(peer.address, 2, {MODEL: route("1.5.0", NEW)}))
    wait_until(lambda: gateway.state()["generation"] == 2)
    client.request("POST", INFER, b"{}")
    assert read_answer(client).json()["model_version"] == "1.5.0"
    assert client.sock is socket
    assert peer.connections == 1


def test_a_model_that_is_no_longer_routed_is_not_found(gateway: Gateway, peer: Peer) -> None:
    write_routes(gateway.routes, table(peer.address, 2, {}))
    wait_until(lambda: gateway.state()["models"] == {})
    assert gateway.infer().status == 404


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'{"schema": "routes/v1", "gener', "it is not JSON"),
        (b"", "it is not JSON"),
        (table("127.0.0.1:1", 2) | {"extra": 1}, "unknown key 'extra'"),
        (table("127.0.0.1:1", 2, {MODEL: route() | {"weight": 50}}), "the only weight is 100"),
        (table("127.0.0.1:1", 0), "generation 0 is older than 1, in force"),
        (table("127.0.0.1:1", 1), "generation 1 is in force with other content"),
    ],
)
def test_a_bad_file_is_refused_with_its_reason_and_the_last_good_one_keeps_serving(
    gateway: Gateway, peer: Peer, content: Any, reason: str
) -> None:
    write_routes(gateway.routes, content)
    assert reason in refused(gateway)
    assert gateway.infer().status == 200
    state = gateway.state()
    assert (state["generation"], state["upstream"]) == (1, peer.address)
    assert gateway.log.read_text().count(reason) == 1


def test_a_file_that_is_gone_changes_nothing_and_the_same_file_back_clears_the_error(
    gateway: Gateway, peer: Peer
) -> None:
    gateway.routes.unlink()
    assert "cannot be read: No such file or directory" in refused(gateway)
    assert gateway.infer().status == 200
    write_routes(gateway.routes, table(peer.address))
    wait_until(lambda: gateway.state()["error"] is None)
    assert gateway.state()["generation"] == 1


def test_a_good_file_after_a_bad_one_is_in_force(gateway: Gateway, peer: Peer) -> None:
    write_routes(gateway.routes, b"{")
    refused(gateway)
    write_routes(gateway.routes, table(peer.address, 2))
    wait_until(lambda: gateway.state()["generation"] == 2)
    assert gateway.state()["error"] is None


def test_something_that_is_not_a_file_is_refused_and_stops_nothing(gateway: Gateway) -> None:
    gateway.routes.unlink()
    os.mkfifo(gateway.routes)
    assert "not a regular file" in refused(gateway)
    assert gateway.infer().status == 200


def test_a_file_written_in_place_is_taken_once_it_is_whole(gateway: Gateway, peer: Peer) -> None:
    content = json.dumps(table(peer.address, 2)).encode()
    with gateway.routes.open("wb") as file:
        file.write(content[:50])
        file.flush()
        refused(gateway)
        file.write(content[50:])
    wait_until(lambda: gateway.state()["generation"] == 2)


def test_without_a_good_file_requests_are_refused_until_one_comes(
    peer: Peer, new_gateway: StartGateway, tmp_path: Path
) -> None:
    gateway = new_gateway()
    assert gateway.state() | {"error": ""} == {
        "generation": None,
        "error": "",
        "upstream": None,
        "models": {},
        "inflight": {},
    }
    answer = gateway.infer()
    assert (answer.status, answer.error) == (503, "no routes are in force yet; GET /gateway/state tells why")
    assert gateway.ask("GET", "/v2/health/ready").status == 503
    assert gateway.ask("GET", "/v2/health/live").status == 200
    write_routes(tmp_path / "routes.json", table(peer.address))
    wait_until(lambda: gateway.infer().status == 200)
    assert gateway.ask("GET", "/v2/health/ready").status == 200


def test_a_restarted_gateway_serves_from_the_file_with_its_first_answer(
    gateway: Gateway, new_gateway: StartGateway
) -> None:
    assert gateway.stop() == 0
    gateway.log.unlink()
    assert new_gateway().infer().status == 200


def test_a_file_for_another_upstream_moves_new_requests_there_and_drops_idle_connections(
    gateway: Gateway, peer: Peer, new_peer: Any
) -> None:
    assert gateway.infer().status == 200
    other = new_peer()
    write_routes(gateway.routes, table(other.address, 2))
    wait_until(lambda: gateway.state()["upstream"] == other.address)
    assert gateway.infer().status == 200
    assert (len(peer.received), len(other.received)) == (1, 1)
    wait_until(lambda: not peer.open)
