"""While the routes change under load not one request fails, and every answer comes from a version in force."""

from pathlib import Path
from typing import Any

from tests.mlgateway.conftest import StartGateway, StartPeer
from tests.mlgateway.load import steady_load
from tests.mlgateway.running import (
    MODEL,
    route,
    table,
    write_routes,
)
from tests.mlgateway.upstream_peer import Peer
from tests.support.waiting import wait_until

SWAPS = 25


def upstream_model(generation: int) -> str:
    return f"{MODEL}.{generation:012x}"


def routes(peer: Peer, generation: int) -> dict[str, Any]:
    """Generation n: version n.0.0, which answers n, is loaded in the peer and routed."""
    peer.loaded[upstream_model(generation)] = float(generation)
    return table(peer.address, generation, {MODEL: route(f"{generation}.0.0", upstream_model(generation))})


def test_versions_are_swapped_and_unloaded_at_once_without_losing_a_request(
    peer: Peer, new_gateway: StartGateway, tmp_path: Path
) -> None:
    write_routes(tmp_path / "routes.json", routes(peer, 1))
    with steady_load(new_gateway()) as load:
        for generation in range(2, SWAPS):
            load.switch(routes(peer, generation))
            del peer.loaded[upstream_model(generation - 1)]


def test_a_version_that_has_drained_is_asked_nothing_more(
    peer: Peer, new_gateway: StartGateway, tmp_path: Path
) -> None:
    write_routes(tmp_path / "routes.json", routes(peer, 1))
    gateway = new_gateway()
    drained: dict[str, int] = {}
    with steady_load(gateway) as load:
        for generation in range(2, SWAPS):
            load.switch(routes(peer, generation))
            old = upstream_model(generation - 1)
            wait_until(lambda old=old: old not in gateway.inflight())  # type: ignore[misc]
            drained[old] = len(peer.received)
    for old, position in drained.items():
        assert not any(request.model == old for request in peer.received[position:])


def test_bad_files_between_good_ones_change_nothing(
    peer: Peer, new_gateway: StartGateway, tmp_path: Path
) -> None:
    path = tmp_path / "routes.json"
    write_routes(path, routes(peer, 1))
    gateway = new_gateway()
    with steady_load(gateway) as load:
        for generation in range(2, 8):
            for bad in (b"{", routes(peer, 1) | {"generation": 0}):
                write_routes(path, bad)
                wait_until(lambda: gateway.state()["error"])
            load.switch(routes(peer, generation))
            assert gateway.state()["error"] is None


def test_the_upstream_moves_to_another_address_without_losing_a_request(
    new_peer: StartPeer, new_gateway: StartGateway, tmp_path: Path
) -> None:
    peer = new_peer()
    write_routes(tmp_path / "routes.json", routes(peer, 1))
    with steady_load(new_gateway()) as load:
        for generation in range(2, 8):
            successor = new_peer()
            load.switch(routes(successor, generation))
            peer.reset_connections()
            peer = successor
